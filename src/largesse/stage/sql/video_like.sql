-- Likes a video, once. stage, account
WITH liked AS (
    INSERT INTO stage.video_like (stage, account) VALUES (%(stage)s, %(account)s) ON CONFLICT DO NOTHING RETURNING stage
)
UPDATE stage.stage s SET likes = s.likes + 1 FROM liked l WHERE s.key = l.stage
