-- Files, newest first, behind a place. before_at, before_id: NULL for the first page; limit
SELECT f.id, f.rail, f.wanted_by, f.wanted_at, f.execution_on, f.made_at, f.number, f.originator, f.payouts, f.minor, f.digest, f.handed_at, f.handed_by,
    f.said, f.said_at, f.said_by, f.reference, b.findings_before, b.findings_after
FROM payouts.bank_file f LEFT JOIN payouts.batch b ON b.key = f.batch
WHERE %(before_at)s::timestamptz IS NULL OR (f.wanted_at, f.id) < (%(before_at)s, %(before_id)s::uuid)
ORDER BY f.wanted_at DESC, f.id DESC LIMIT %(limit)s
