-- Files that are not made yet, or whose second audit is not over, or found something: oldest first
SELECT f.id FROM payouts.bank_file f LEFT JOIN payouts.batch b ON b.key = f.batch
WHERE f.handed_at IS NULL AND f.said IS NULL AND f.payouts IS DISTINCT FROM 0 AND (f.made_at IS NULL OR b.findings_after IS DISTINCT FROM 0)
ORDER BY f.wanted_at, f.id LIMIT 100
