-- Moves the cursor of a reader forward. reader: text; epoch, xid (text), id: the cursor
INSERT INTO kit.outbox_cursor AS c (reader, epoch, xid, id)
VALUES (%(reader)s, %(epoch)s, %(xid)s::text::xid8, %(id)s)
ON CONFLICT (reader) DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid, id = excluded.id, moved_at = now()
WHERE (c.epoch, c.xid, c.id) <= (excluded.epoch, excluded.xid, excluded.id)
