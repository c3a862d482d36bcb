-- Note why something does not agree, once. id; n; by; note
UPDATE payments.reconciliation_line SET resolved_by = %(by)s, resolved_at = now(), note = %(note)s
WHERE reconciliation = %(id)s AND n = %(n)s AND resolved_at IS NULL RETURNING n
