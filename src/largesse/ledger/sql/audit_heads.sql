-- Stripes whose head is not their last batch; batches that are not numbered 1, 2, 3 in their stripe, or go back in time.
WITH ordered AS (
    SELECT batch, batch & 63 AS stripe, n, recorded_at, row_number() OVER w AS expected,
        lag(recorded_at) OVER w AS before_at, lead(batch) OVER w AS after
    FROM ledger.batch WINDOW w AS (PARTITION BY batch & 63 ORDER BY batch)
), last AS (
    SELECT o.stripe, b.batch, b.n, b.chain, b.recorded_at FROM ordered o JOIN ledger.batch b ON b.batch = o.batch WHERE o.after IS NULL
)
SELECT 'batch ' || batch AS about, format('is number %s of stripe %s, and should be %s', n, stripe, expected) AS detail
FROM ordered WHERE n <> expected
UNION ALL
SELECT 'batch ' || batch, format('is recorded at %s, before its predecessor at %s', recorded_at, before_at)
FROM ordered WHERE recorded_at < before_at
UNION ALL
SELECT 'stripe ' || s.stripe, format('its head is batch %s, number %s; its last batch is %s, number %s', s.batch, s.n,
    coalesce(l.batch, 0), coalesce(l.n, 0))
FROM ledger.stripe s LEFT JOIN last l ON l.stripe = s.stripe
WHERE (s.batch, s.n) <> (coalesce(l.batch, 0), coalesce(l.n, 0)) OR (l.chain IS NOT NULL AND s.chain <> l.chain)
    OR s.recorded_at < l.recorded_at
LIMIT 1000
