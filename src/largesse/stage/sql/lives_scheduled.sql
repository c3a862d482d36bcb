-- Announced LIVEs, next first, behind a place. creator: account or 0; viewer: account or 0; at: time or null, key: the last one of the page before; limit
SELECT * FROM stage.stage
WHERE status = 'scheduled' AND kind = 'live' AND scheduled_at IS NOT NULL AND (%(creator)s::int = 0 OR creator = %(creator)s)
    AND (%(at)s::timestamptz IS NULL OR (scheduled_at, key) > (%(at)s::timestamptz, %(key)s::int))
    AND (visibility = 'public' OR creator = %(viewer)s::int OR (visibility = 'followers' AND EXISTS (
        SELECT FROM accounts.follow f WHERE f.follower = %(viewer)s::int AND f.followed = creator)))
ORDER BY scheduled_at, key LIMIT %(limit)s
