-- Gifts whose diamonds do not follow from their coins and policy, or whose policy is not their batch's; and batches
-- whose policy was not the one in force. An audit reads the policies' own rows: it trusts no code that it checks.
SELECT 'gift ' || g.id || ' of account ' || g.sender AS about,
    format('%s + %s coins under policy %s cannot be %s milli-diamonds', g.coins_paid, g.coins_promo, g.policy, g.diamonds_milli) AS detail
FROM ledger.gift g LEFT JOIN policy.version v ON v.key = g.policy
WHERE g.diamonds_milli IS DISTINCT FROM g.coins_paid::bigint * v.share_bps / 10 + g.coins_promo::bigint * v.promo_share_bps / 10
UNION ALL
SELECT 'gift ' || g.id || ' of account ' || g.sender, format('has policy %s, its batch has %s', g.policy, b.policy)
FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch WHERE b.policy <> g.policy
UNION ALL
SELECT 'batch ' || b.batch, format('has policy %s, in force was %s', b.policy, f.key)
FROM ledger.batch b LEFT JOIN LATERAL (
    SELECT key FROM policy.version v WHERE v.effective_at <= b.recorded_at ORDER BY v.effective_at DESC LIMIT 1) f ON true
WHERE f.key IS DISTINCT FROM b.policy
LIMIT 1000
