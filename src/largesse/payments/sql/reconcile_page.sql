-- Reports that were read, newest first, behind a place. before_at, before_id: NULL for the first page; limit
SELECT r.id, r.provider, r.from_on, r.to_on, r.read_at, r.lines, r.matched, r.other,
    (SELECT count(*) FROM payments.reconciliation_line l WHERE l.reconciliation = r.id) AS differing,
    (SELECT count(*) FROM payments.reconciliation_line l WHERE l.reconciliation = r.id AND l.resolved_at IS NULL) AS open,
    (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'reconciliation' ORDER BY s.currency), '[]') FROM payments.reconciliation_sum s
        WHERE s.reconciliation = r.id) AS sums
FROM payments.reconciliation r
WHERE %(before_at)s::timestamptz IS NULL OR (r.read_at, r.id) < (%(before_at)s, %(before_id)s::uuid) ORDER BY r.read_at DESC, r.id DESC LIMIT %(limit)s
