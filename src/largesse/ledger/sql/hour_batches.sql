-- Where an hour ends: by stripe the last batch behind the cursor that was recorded before `at` (the cursor's own where there is none), how
-- many gifts there are between the two, the first and last of those batches, and when they were recorded.
-- cursor: bigint[64], by stripe; at: timestamptz
WITH found AS (
    SELECT s.stripe, b.batch, b.gifts, b.recorded_at FROM ledger.stripe s CROSS JOIN LATERAL (
        SELECT b.batch, b.gifts, b.recorded_at FROM ledger.batch b
        WHERE (b.batch & 63) = s.stripe AND b.batch > (%(cursor)s::bigint[])[s.stripe + 1] AND b.recorded_at < %(at)s
        ORDER BY b.batch
    ) b WHERE s.batch > (%(cursor)s::bigint[])[s.stripe + 1]
)
SELECT (SELECT array_agg(coalesce(f.batch, c.batch) ORDER BY c.n)
        FROM unnest(%(cursor)s::bigint[]) WITH ORDINALITY AS c (batch, n)
        LEFT JOIN (SELECT stripe, max(batch) AS batch FROM found GROUP BY stripe) f ON f.stripe = c.n - 1) AS cursor,
    coalesce(sum(gifts), 0)::bigint AS gifts, min(batch) AS first, max(batch) AS last, min(recorded_at) AS since, max(recorded_at) AS until
FROM found
