-- Work on a notice that waits, now; no row where none does. key
UPDATE payments.notice SET due_at = now() WHERE key = %(key)s AND done_at IS NULL RETURNING key
