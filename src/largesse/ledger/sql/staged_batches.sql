-- Batches after a cursor that hold gifts of one stage. seen: bigint[64], stage, batches_max (a stripe)
SELECT b.batch, b.recorded_at
FROM ledger.stripe s
CROSS JOIN LATERAL (
    SELECT p.batch FROM ledger.staged p
    WHERE p.stage = %(stage)s AND p.batch > (%(seen)s::bigint[])[s.stripe + 1] AND (p.batch & 63) = s.stripe
    ORDER BY p.batch LIMIT %(batches_max)s
) p
JOIN ledger.batch b ON b.batch = p.batch
WHERE s.batch > (%(seen)s::bigint[])[s.stripe + 1]
ORDER BY b.batch
