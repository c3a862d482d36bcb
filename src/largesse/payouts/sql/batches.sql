-- Batches, newest first, behind a key. before: NULL for the first page; limit
SELECT key, kind, began_at, findings_before, payouts, findings_after, finding, ended_at FROM payouts.batch
WHERE %(before)s::int IS NULL OR key < %(before)s ORDER BY key DESC LIMIT %(limit)s
