-- Batches after a cursor that hold gifts of one stage. seen: bigint[64], stage, batches_max (a stripe)
-- Within a stripe time never goes back, so its postings after the cursor lie in the cursor's hour or a later one.
SELECT b.batch, b.recorded_at
FROM ledger.stripe s
CROSS JOIN LATERAL (
    SELECT p.batch FROM ledger.staged p
    WHERE p.stage = %(stage)s AND p.batch > (%(seen)s::bigint[])[s.stripe + 1] AND (p.batch & 63) = s.stripe
        AND p.hour >= coalesce((SELECT floor(extract(epoch FROM c.recorded_at) / 3600)::int FROM ledger.batch c
                                WHERE c.batch = (%(seen)s::bigint[])[s.stripe + 1]), 0)
    ORDER BY p.hour, p.batch LIMIT %(batches_max)s
) p
JOIN ledger.batch b ON b.batch = p.batch
WHERE s.batch > (%(seen)s::bigint[])[s.stripe + 1]
ORDER BY b.batch
