-- Tells the next people of a broadcast, in the order of their accounts: followers (not of a change), who set a reminder, who was told
-- of the LIVE before. Who proved their address and wishes it gets a letter. broadcast; stage; creator; kind; after: account; limit
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
    RETURNING n.account
), wished AS (
    SELECT t.account, CASE
        WHEN r.account IS NOT NULL AND coalesce(w.reminders, true) AND %(kind)s <> 'announced' THEN 'reminders'
        WHEN (%(kind)s = 'announced' AND w.announced) OR (%(kind)s = 'soon' AND w.soon) OR (%(kind)s = 'started' AND w.started) THEN %(kind)s
        END AS why
    FROM told t JOIN accounts.account a ON a.key = t.account AND a.email_verified_at IS NOT NULL
    LEFT JOIN stage.mail_wish w ON w.account = t.account LEFT JOIN stage.reminder r ON r.stage = %(stage)s AND r.account = t.account
), written AS (
    INSERT INTO stage.letter (account, broadcast, why) SELECT account, %(broadcast)s, why FROM wished WHERE why IS NOT NULL ORDER BY account
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS people, coalesce(max(account), 0) AS last FROM chosen
