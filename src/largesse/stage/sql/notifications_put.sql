-- Tells the next people of a broadcast, in the order of their accounts: followers (not of a change), who set a reminder, who was told
-- of the LIVE before. broadcast; stage; creator; kind; after: account; limit
WITH chosen AS (
    SELECT account FROM (
        (SELECT f.follower AS account FROM accounts.follow f WHERE f.followed = %(creator)s AND f.follower > %(after)s
            AND %(kind)s NOT IN ('moved', 'cancelled') ORDER BY f.follower LIMIT %(limit)s)
        UNION (SELECT r.account FROM stage.reminder r WHERE r.stage = %(stage)s AND r.account > %(after)s ORDER BY r.account LIMIT %(limit)s)
        UNION (SELECT n.account FROM stage.notification n WHERE n.stage = %(stage)s AND n.account > %(after)s ORDER BY n.account LIMIT %(limit)s)
    ) a ORDER BY account LIMIT %(limit)s
), told AS (
    INSERT INTO stage.notification AS n (account, stage, broadcast, kind, at)
    SELECT account, %(stage)s, %(broadcast)s, %(kind)s, now() FROM chosen ORDER BY account
    ON CONFLICT (account, stage) DO UPDATE SET broadcast = excluded.broadcast, kind = excluded.kind, at = excluded.at, seen_at = NULL
    WHERE n.broadcast < excluded.broadcast
)
SELECT count(*) AS people, coalesce(max(account), 0) AS last FROM chosen
