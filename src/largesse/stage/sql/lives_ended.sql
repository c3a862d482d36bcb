-- Ended LIVEs, newest first, behind a place. creator: account or 0; viewer: account or 0; at: not used; key: the last one of the page before, 0 for none; limit
SELECT * FROM stage.stage
WHERE status = 'ended' AND kind = 'live' AND (%(creator)s::int = 0 OR creator = %(creator)s)
    AND (%(key)s::int = 0 OR key < %(key)s::int) AND %(at)s::timestamptz IS NULL
    AND (visibility = 'public' OR creator = %(viewer)s::int OR (visibility = 'followers' AND EXISTS (
        SELECT FROM accounts.follow f WHERE f.follower = %(viewer)s::int AND f.followed = creator)))
ORDER BY key DESC LIMIT %(limit)s
