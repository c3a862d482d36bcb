-- Rows behind a cursor, in order, as far as every earlier transaction has ended.
-- epoch, xid (text), id: the cursor; topics: text[]; limit: rows
SELECT o.epoch, o.xid::text::bigint AS xid, o.id, o.topic, o.subject, o.body, o.at
FROM kit.outbox o
WHERE (o.epoch, o.xid, o.id) > (%(epoch)s::int, %(xid)s::text::xid8, %(id)s::bigint)
    AND (o.epoch < coalesce((SELECT w.epoch FROM kit.world w), 1) OR o.xid < pg_snapshot_xmin(pg_current_snapshot()))
    AND o.topic = ANY (%(topics)s::text[])
ORDER BY o.epoch, o.xid, o.id
LIMIT %(limit)s
