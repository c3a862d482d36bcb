-- A notice of some kilobytes stays in its row, as it came: compressing it, or moving it to another table, cost more than keeping it did.
ALTER TABLE payments.notice ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE payments.notice SET (toast_tuple_target = 8160);
