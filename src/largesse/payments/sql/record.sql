-- A purchase with all that is known of its money; read after lock.sql. id
SELECT p.id, p.account, b.id AS bundle_id, p.coins, p.price_minor, p.tax_minor, p.currency, p.region, p.channel, p.provider,
    p.status, p.created_at, p.granted_at, p.provider_ref, p.quantity, p.return_url, p.live, p.refunded_minor, p.granted_class, p.flags,
    p.looked_at, '[]'::jsonb AS history, p.fee_minor, now() AS now, b.product_id, a.id AS buyer, a.username, a.adult_from,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'ref', r.ref, 'minor', r.minor, 'currency', r.currency, 'status', r.status,
        'taken', r.taken) ORDER BY r.made_at), '[]') FROM payments.refund r WHERE r.purchase = p.id) AS refunds,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'ref', d.ref, 'minor', d.minor, 'currency', d.currency, 'status', d.status)
        ORDER BY d.opened_at), '[]') FROM payments.dispute d WHERE d.purchase = p.id) AS disputes
FROM payments.purchase p LEFT JOIN catalog.bundle b ON b.key = p.bundle JOIN accounts.account a ON a.key = p.account
WHERE p.id = %(id)s
