-- A charge of the sandbox provider with what became of it. ref
SELECT c.purchase, c.minor, c.fee_minor, c.currency,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('ref', r.ref, 'minor', r.minor) ORDER BY r.at), '[]')
     FROM payments.sandbox_refund r WHERE r.charge = c.ref) AS refunds,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('ref', d.ref, 'minor', d.minor, 'fee_minor', d.fee_minor, 'status', d.status) ORDER BY d.at), '[]')
     FROM payments.sandbox_dispute d WHERE d.charge = c.ref) AS disputes
FROM payments.sandbox_charge c WHERE c.ref = %(ref)s
