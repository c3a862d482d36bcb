-- Moves a refund. id; status
UPDATE payments.refund SET status = %(status)s, moved_at = now() WHERE id = %(id)s
