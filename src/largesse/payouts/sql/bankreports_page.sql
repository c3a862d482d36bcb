-- Files from banks, newest first, behind a place. before_at, before_id: NULL for the first page; limit
SELECT id, rail, kind, bank_ref, digest, read_by, read_at, result FROM payouts.bank_report
WHERE %(before_at)s::timestamptz IS NULL OR (read_at, id) < (%(before_at)s, %(before_id)s::uuid) ORDER BY read_at DESC, id DESC LIMIT %(limit)s
