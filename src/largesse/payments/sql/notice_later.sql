-- A notice could not be worked on: again later. key; pause_s: seconds; outcome: why
UPDATE payments.notice SET due_at = now() + make_interval(secs => %(pause_s)s), outcome = %(outcome)s WHERE key = %(key)s
