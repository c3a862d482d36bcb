-- Charges, refunds and disputes of a provider that happened in some days or that a report names. provider; net: a store's, which pays the tax
-- on itself and reports what is left; from_at, to_at: the days; due_from, due_to: well inside them; names: text[]
SELECT 'charge' AS kind, p.id AS purchase, array_remove(ARRAY[p.provider_ref, p.id::text, p.order_ref], NULL) AS names,
    p.paid_minor - CASE WHEN %(net)s THEN p.tax_minor ELSE 0 END AS minor, p.paid_currency AS currency, p.fee_minor,
    coalesce(p.granted_at, p.created_at) BETWEEN %(due_from)s AND %(due_to)s AS is_due, 'purchase:' || p.id AS source
FROM payments.purchase p WHERE p.provider = %(provider)s AND p.paid_minor IS NOT NULL
    AND (coalesce(p.granted_at, p.created_at) >= %(from_at)s AND coalesce(p.granted_at, p.created_at) < %(to_at)s
        OR p.provider_ref = ANY (%(names)s) OR p.id::text = ANY (%(names)s) OR p.order_ref = ANY (%(names)s))
UNION ALL
SELECT 'refund', r.purchase, array_remove(ARRAY[r.ref, r.id::text, p.order_ref], NULL),
    r.minor - CASE WHEN %(net)s THEN round(r.minor::numeric * p.tax_minor / p.price_minor)::bigint ELSE 0 END, r.currency, NULL,
    r.moved_at BETWEEN %(due_from)s AND %(due_to)s, 'refund:' || r.id
FROM payments.refund r JOIN payments.purchase p ON p.id = r.purchase WHERE r.provider = %(provider)s AND r.status = 'done'
    AND (r.moved_at >= %(from_at)s AND r.moved_at < %(to_at)s OR r.ref = ANY (%(names)s) OR r.id::text = ANY (%(names)s)
        OR p.order_ref = ANY (%(names)s))
UNION ALL
SELECT kind, d.purchase, ARRAY[d.ref], d.minor, d.currency, NULL, at BETWEEN %(due_from)s AND %(due_to)s, 'dispute:' || d.id
FROM payments.dispute d CROSS JOIN LATERAL (VALUES ('dispute', d.opened_at), ('dispute_won', CASE WHEN d.status = 'won' THEN d.decided_at END)) w (kind, at)
WHERE d.provider = %(provider)s AND at IS NOT NULL AND (at >= %(from_at)s AND at < %(to_at)s OR d.ref = ANY (%(names)s))
ORDER BY kind, is_due DESC, names
LIMIT 500000
