-- Signals of everybody, newest first, behind a key. before: NULL for the first page; limit
SELECT key, kind, subject, related, related_count, weight, source, noted_at FROM safety.signal
WHERE %(before)s::bigint IS NULL OR key < %(before)s ORDER BY key DESC LIMIT %(limit)s
