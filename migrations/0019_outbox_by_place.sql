-- Rows of one subject are read behind a place: (epoch, xid, id), not id alone, is their order.
CREATE INDEX outbox_place ON kit.outbox (topic, subject, epoch, xid, id);
DROP INDEX kit.outbox_subject;
