-- A report that was read, by its id or by its file. id, or NULL; provider; from_on; to_on; digest
SELECT r.id, r.provider, r.from_on, r.to_on, r.read_at, r.lines, r.matched, r.other,
    (SELECT count(*) FROM payments.reconciliation_line l WHERE l.reconciliation = r.id) AS differing,
    (SELECT count(*) FROM payments.reconciliation_line l WHERE l.reconciliation = r.id AND l.resolved_at IS NULL) AS open,
    (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'reconciliation' ORDER BY s.currency), '[]') FROM payments.reconciliation_sum s
        WHERE s.reconciliation = r.id) AS sums
FROM payments.reconciliation r
WHERE r.id = %(id)s OR %(id)s::uuid IS NULL AND (r.provider, r.from_on, r.to_on, r.digest) = (%(provider)s, %(from_on)s::date, %(to_on)s::date, %(digest)s)
