-- Signals about one account, newest first, behind a key. subject; before: NULL for the first page; limit
SELECT key, kind, subject, related, related_count, weight, source, noted_at FROM safety.signal
WHERE subject = %(subject)s AND (%(before)s::bigint IS NULL OR key < %(before)s) ORDER BY key DESC LIMIT %(limit)s
