-- What a store may know of a purchase whose buyer has consented and is still here. provider; ref
SELECT a.id AS buyer, p.granted_at IS NOT NULL AS granted, p.coins,
    least(p.coins, greatest(0, w.paid_out - l.start))::integer AS coins_spent,
    extract(day FROM now() - a.created_at)::integer AS account_days,
    (SELECT coalesce(sum(q.limit_minor), 0)::bigint FROM payments.purchase q WHERE q.account = p.account AND q.granted_at IS NOT NULL) AS bought_minor,
    (SELECT coalesce(sum(q.limit_minor), 0)::bigint FROM payments.purchase q WHERE q.account = p.account AND q.refunded_minor > 0) AS refunded_minor
FROM payments.purchase p
JOIN payments.consent c ON c.account = p.account
JOIN accounts.account a ON a.key = p.account
LEFT JOIN ledger.wallet w ON w.account = p.account
LEFT JOIN ledger.transfer t ON t.kind = 'purchase' AND t.source = 'purchase:' || p.id
LEFT JOIN ledger.lot l ON l.transfer = t.key
WHERE p.provider = %(provider)s AND p.provider_ref = %(ref)s AND a.erased_at IS NULL
