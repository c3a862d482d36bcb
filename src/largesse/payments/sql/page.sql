-- A buyer's purchases, newest first, behind (before_at, before_id) where they are given. account; limit: rows
SELECT p.id, p.account, b.id AS bundle_id, p.coins, p.price_minor, p.tax_minor, p.currency, p.region, p.channel, p.provider,
    p.status, p.created_at, p.granted_at, p.provider_ref, p.quantity, p.return_url, p.live, p.refunded_minor, p.granted_class, p.flags,
    p.looked_at, p.fee_minor, p.country, p.withdraw_days, p.tax_added,
    (SELECT jsonb_agg(jsonb_build_object('status', e.status, 'at', e.at, 'reason', e.reason) ORDER BY e.key)
     FROM payments.purchase_event e WHERE e.purchase = p.id) AS history
FROM payments.purchase p LEFT JOIN catalog.bundle b ON b.key = p.bundle
WHERE p.account = %(account)s
    AND (%(before_at)s::timestamptz IS NULL OR (p.created_at, p.id) < (%(before_at)s, %(before_id)s::uuid))
ORDER BY p.created_at DESC, p.id DESC LIMIT %(limit)s
