-- What stage keeps of a person, newest first, ten thousand of a kind at most. account
SELECT
    (SELECT coalesce(jsonb_agg(to_jsonb(v)), '[]') FROM (
        SELECT id, title, description, created_at, published_at, hidden_reason, views, likes, shares FROM stage.shown_video
        WHERE creator = %(account)s ORDER BY key DESC LIMIT 10000) v) AS videos,
    (SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') FROM (
        SELECT s.kind AS said_in, s.id AS said_in_id, c.text, c.at FROM stage.comment c JOIN stage.stage s ON s.key = c.stage
        WHERE c.sender = %(account)s ORDER BY c.id DESC LIMIT 10000) c) AS comments,
    (SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]') FROM (
        SELECT s.id AS video, l.at FROM stage.video_like l JOIN stage.stage s ON s.key = l.stage
        WHERE l.account = %(account)s ORDER BY l.at DESC LIMIT 10000) l) AS video_likes
