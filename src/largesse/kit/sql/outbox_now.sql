-- The place behind everything that readers may see now: any row of the oldest running transaction or later is after it.
SELECT coalesce((SELECT w.epoch FROM kit.world w), 1) AS epoch,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS xid,
    9223372036854775807 AS id
