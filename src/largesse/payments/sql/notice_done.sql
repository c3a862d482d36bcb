-- A notice was worked on. key; outcome
UPDATE payments.notice SET done_at = now(), outcome = %(outcome)s WHERE key = %(key)s
