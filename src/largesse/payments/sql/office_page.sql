-- Purchases of everybody, newest first, behind (before_at, before_id) where they are given. status, provider: text or
-- NULL; account: uuid or NULL; flagged: only those that a person should look at; limit: rows
SELECT p.id, a.id AS account, a.username, p.coins, p.price_minor, p.currency, p.paid_minor, p.paid_currency, p.fee_minor, p.refunded_minor,
    p.provider, p.provider_ref, p.channel, p.status, p.live, p.flags, p.created_at, p.granted_at
FROM payments.purchase p JOIN accounts.account a ON a.key = p.account
WHERE (%(status)s::text IS NULL OR p.status = %(status)s) AND (%(provider)s::text IS NULL OR p.provider = %(provider)s)
    AND (%(account)s::uuid IS NULL OR a.id = %(account)s) AND (NOT %(flagged)s OR p.flags <> '{}')
    AND (%(before_at)s::timestamptz IS NULL OR (p.created_at, p.id) < (%(before_at)s, %(before_id)s::uuid))
ORDER BY p.created_at DESC, p.id DESC LIMIT %(limit)s
