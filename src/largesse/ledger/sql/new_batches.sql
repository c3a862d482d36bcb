-- Batches after a cursor. seen: bigint[64] (last batch counted, by stripe), batches_max (a stripe)
-- Each stripe is a range of its own, so an idle stripe costs one look at its head.
SELECT b.batch, b.recorded_at
FROM ledger.stripe s
CROSS JOIN LATERAL (
    SELECT b.batch, b.recorded_at FROM ledger.batch b
    WHERE (b.batch & 63) = s.stripe AND b.batch > (%(seen)s::bigint[])[s.stripe + 1]
    ORDER BY b.batch LIMIT %(batches_max)s
) b
WHERE s.batch > (%(seen)s::bigint[])[s.stripe + 1]
ORDER BY b.batch
