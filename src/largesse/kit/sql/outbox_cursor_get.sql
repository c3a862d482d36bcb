-- The persisted cursor of a reader. reader: text
SELECT c.epoch, c.xid::text::bigint AS xid, c.id FROM kit.outbox_cursor c WHERE c.reader = %(reader)s
