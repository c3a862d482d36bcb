-- What frames after the persisted fold have shown. stages: int[], seqs: bigint[] (two of equal length)
SELECT f.stage, f.seq, f.batches, f.outbox_epoch, f.outbox_xid::text::bigint AS outbox_xid, f.outbox_id
FROM unnest(%(stages)s::int[], %(seqs)s::bigint[]) AS r (stage, seq)
JOIN realtime.frame f ON f.stage = r.stage AND f.seq > r.seq
