-- Persists folds of rooms that are still held; a room that does not come back is lost. All arrays are of equal length.
-- owner: text; stages, epochs, gifters, viewers, outbox_epochs: int[]; cursors: text[] of bigint[]; outbox_xids, guests (objects of coins by account): text[];
-- outbox_ids, gifts, coins, milli, likes, seqs: bigint[]
UPDATE realtime.lease l SET
    cursor = r.cursor::bigint[], outbox_epoch = r.outbox_epoch, outbox_xid = r.outbox_xid::xid8, outbox_id = r.outbox_id,
    gifts = r.gifts, gifters = r.gifters, coins = r.coins, diamonds_milli = r.milli, likes = r.likes, viewers = r.viewers,
    seq = r.seq, guests = r.guests::jsonb
FROM unnest(%(stages)s::int[], %(epochs)s::int[], %(cursors)s::text[], %(outbox_epochs)s::int[], %(outbox_xids)s::text[],
    %(outbox_ids)s::bigint[], %(gifts)s::bigint[], %(gifters)s::int[], %(coins)s::bigint[], %(milli)s::bigint[],
    %(likes)s::bigint[], %(viewers)s::int[], %(seqs)s::bigint[], %(guests)s::text[])
    AS r (stage, epoch, cursor, outbox_epoch, outbox_xid, outbox_id, gifts, gifters, coins, milli, likes, viewers, seq, guests)
WHERE l.stage = r.stage AND l.epoch = r.epoch AND l.owner = %(owner)s
RETURNING l.stage
