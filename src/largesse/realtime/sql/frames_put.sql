-- Keeps the frames of one tick, for rooms that are still held; a room that does not come back is lost.
-- A frame that is kept already stays: its answer was lost. All arrays are of equal length.
-- owner: text; stages, epochs, outbox_epochs: int[]; seqs, outbox_ids: bigint[]; ats: timestamptz[]; bodies: bytea[];
-- batches: text[] of bigint[]; outbox_xids: text[]
WITH held AS (
    SELECT l.stage, l.epoch FROM realtime.lease l
    WHERE l.stage = ANY (%(stages)s::int[]) AND l.owner = %(owner)s ORDER BY l.stage FOR SHARE
), put AS (
    INSERT INTO realtime.frame (stage, seq, at, body, batches, outbox_epoch, outbox_xid, outbox_id)
    SELECT r.stage, r.seq, r.at, r.body, r.batches::bigint[], r.outbox_epoch, r.outbox_xid::xid8, r.outbox_id
    FROM unnest(%(stages)s::int[], %(epochs)s::int[], %(seqs)s::bigint[], %(ats)s::timestamptz[], %(bodies)s::bytea[],
        %(batches)s::text[], %(outbox_epochs)s::int[], %(outbox_xids)s::text[], %(outbox_ids)s::bigint[])
        AS r (stage, epoch, seq, at, body, batches, outbox_epoch, outbox_xid, outbox_id)
    JOIN held h ON h.stage = r.stage AND h.epoch = r.epoch
    ON CONFLICT (stage, seq) DO NOTHING
)
SELECT h.stage, h.epoch FROM held h
