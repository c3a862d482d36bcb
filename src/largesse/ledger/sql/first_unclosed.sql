-- When the first batch behind a cursor was recorded, or null: within a stripe time never goes back. cursor: bigint[64], by stripe
SELECT min(b.recorded_at) FROM ledger.stripe s CROSS JOIN LATERAL (
    SELECT b.recorded_at FROM ledger.batch b WHERE (b.batch & 63) = s.stripe AND b.batch > (%(cursor)s::bigint[])[s.stripe + 1]
    ORDER BY b.batch LIMIT 1
) b WHERE s.batch > (%(cursor)s::bigint[])[s.stripe + 1]
