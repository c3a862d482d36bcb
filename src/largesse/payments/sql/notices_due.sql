-- Those of some providers of which a notice is due: one row of the index is looked at for each. providers: text[]
SELECT p.name FROM unnest(%(providers)s::text[]) AS p (name)
CROSS JOIN LATERAL (SELECT FROM payments.notice WHERE provider = p.name AND done_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT 1) n
