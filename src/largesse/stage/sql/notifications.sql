-- What somebody was told, newest first, before a broadcast. account; before; limit
SELECT n.broadcast, n.kind, n.at, n.seen_at, t.id AS live, t.title, t.creator, t.status, t.scheduled_at
FROM stage.notification n JOIN stage.stage t ON t.key = n.stage
WHERE n.account = %(account)s AND n.broadcast < %(before)s ORDER BY n.broadcast DESC LIMIT %(limit)s
