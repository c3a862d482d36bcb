-- Files that do not sum to their transfers; payouts that went further than what their bank said; transfers whose payouts never followed, a day after.
SELECT 'bank file ' || f.id AS about, format('says %s payouts of %s, holds %s of %s', f.payouts, f.minor, count(t.key), coalesce(sum(t.minor), 0)) AS detail
FROM payouts.bank_file f LEFT JOIN payouts.transfer t ON t.file = f.id GROUP BY f.id
HAVING (coalesce(f.payouts, 0), coalesce(f.minor, 0)) <> (count(t.key), coalesce(sum(t.minor), 0))
UNION ALL
SELECT 'payout ' || p.id, format('is %s; its bank says %s', p.status, t.state)
FROM payouts.transfer t JOIN payouts.payout p ON p.id = split_part(t.key, ':', 2)::uuid AND t.key = 'payout:' || p.id || ':' || p.attempt
WHERE t.file IS NOT NULL AND NOT EXISTS (SELECT FROM payouts.ruling r WHERE r.payout = p.id)
    AND CASE p.status WHEN 'paid' THEN t.state NOT IN ('paid', 'returned') WHEN 'returned' THEN t.state <> 'returned' WHEN 'failed' THEN t.state <> 'failed'
        ELSE false END
UNION ALL
SELECT 'payout ' || p.id, format('is %s, and in no file', p.status) FROM payouts.payout p
WHERE p.rail IN ('sepa', 'ach') AND p.status IN ('submitting', 'submitted', 'in_transit', 'paid', 'returned', 'unknown')
    AND NOT EXISTS (SELECT FROM payouts.transfer t WHERE t.key = 'payout:' || p.id || ':' || p.attempt AND t.file IS NOT NULL)
UNION ALL
SELECT 'bank file ' || f.id, 'was handed out before it was proved' FROM payouts.bank_file f LEFT JOIN payouts.batch b ON b.key = f.batch
WHERE f.handed_at IS NOT NULL AND (b.findings_after IS DISTINCT FROM 0)
LIMIT 1000
