-- Every batch in order, with its time in microseconds since 1970, how many senders and stages its postings name, and the sums of
-- their keys.
SELECT b.batch, b.n, b.gifts, CASE WHEN isfinite(b.recorded_at) THEN (extract(epoch FROM b.recorded_at) * 1000000)::bigint ELSE 0 END,
    b.root, b.chain, coalesce(s.count, 0), coalesce(s.sum, 0), coalesce(t.count, 0), coalesce(t.sum, 0)
FROM ledger.batch b
LEFT JOIN (SELECT batch, count(*), sum(sender)::bigint AS sum FROM ledger.sent GROUP BY batch) s ON s.batch = b.batch
LEFT JOIN (SELECT batch, count(*), sum(stage)::bigint AS sum FROM ledger.staged GROUP BY batch) t ON t.batch = b.batch
ORDER BY b.batch
