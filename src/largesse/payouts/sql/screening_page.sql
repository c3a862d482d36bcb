-- Entries that seem to name somebody, oldest first. status; after: a key, or 0; limit
SELECT key, creator, entry, name, born, status, found_at, decided_at, decided_by, reason
FROM payouts.screening_match WHERE status = %(status)s AND key > %(after)s ORDER BY key LIMIT %(limit)s
