-- Notices that were worked on in vain and wait, newest first. before: the last key seen, or NULL; limit: rows
SELECT key, provider, event, kind, received_at, tries, due_at, outcome FROM payments.notice
WHERE done_at IS NULL AND tries > 0 AND (%(before)s::bigint IS NULL OR key < %(before)s::bigint) ORDER BY key DESC LIMIT %(limit)s
