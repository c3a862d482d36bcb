-- Gives somebody a place in a LIVE, or another one. stage, account, status
INSERT INTO stage.guest AS g (stage, account, status, joined_at)
VALUES (%(stage)s, %(account)s, %(status)s, CASE WHEN %(status)s::text = 'on' THEN now() END)
ON CONFLICT (stage, account) DO UPDATE
SET status = excluded.status, since = now(), joined_at = coalesce(g.joined_at, excluded.joined_at)
