-- Likes a video no longer. stage, account
WITH unliked AS (DELETE FROM stage.video_like WHERE stage = %(stage)s AND account = %(account)s RETURNING stage)
UPDATE stage.stage s SET likes = s.likes - 1 FROM unliked u WHERE s.key = u.stage
