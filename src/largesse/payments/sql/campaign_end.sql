-- Ends a locked campaign before its time, once. id: uuid
UPDATE payments.campaign SET ended_at = now() WHERE id = %(id)s AND ended_at IS NULL
