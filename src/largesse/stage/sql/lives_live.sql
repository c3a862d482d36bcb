-- Running LIVEs, newest first, behind a place. creator: account or 0; viewer: account or 0; at: time or null, key: the last one of the page before; limit
SELECT * FROM stage.stage
WHERE status = 'live' AND kind = 'live' AND (%(creator)s::int = 0 OR creator = %(creator)s)
    AND (%(at)s::timestamptz IS NULL OR (started_at, key) < (%(at)s::timestamptz, %(key)s::int))
    AND (visibility = 'public' OR creator = %(viewer)s::int OR (visibility = 'followers' AND EXISTS (
        SELECT FROM accounts.follow f WHERE f.follower = %(viewer)s::int AND f.followed = creator)))
ORDER BY started_at DESC, key DESC LIMIT %(limit)s
