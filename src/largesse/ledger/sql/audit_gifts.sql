-- Gifts whose diamonds do not follow from their coins and policy (promotional coins of test money, bit 8, earn nothing), or whose policy is not their batch's; and batches
-- whose policy was not the one in force (one that takes effect at once may be seen a moment later). An audit reads the policies' own rows: it trusts no code that it checks.
SELECT 'gift ' || g.id || ' of account ' || g.sender AS about,
    format('%s + %s coins under policy %s cannot be %s milli-diamonds', g.coins_paid, g.coins_promo, g.policy, g.diamonds_milli) AS detail
FROM ledger.gift g LEFT JOIN policy.version v ON v.key = g.policy
WHERE g.diamonds_milli IS DISTINCT FROM g.coins_paid::bigint * v.share_bps / 10 
    + CASE WHEN g.flags & 8 = 0 THEN g.coins_promo::bigint * v.promo_share_bps / 10 ELSE 0 END
UNION ALL
SELECT 'gift ' || g.id || ' of account ' || g.sender, format('has policy %s, its batch has %s', g.policy, b.policy)
FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch WHERE b.policy <> g.policy
UNION ALL
SELECT 'batch ' || b.batch, format('has policy %s, which was not in force at %s', b.policy, b.recorded_at)
FROM ledger.batch b LEFT JOIN policy.version v ON v.key = b.policy
WHERE v.effective_at IS NULL OR v.effective_at > b.recorded_at OR EXISTS (
    SELECT FROM policy.version n WHERE n.effective_at > v.effective_at AND n.effective_at <= b.recorded_at
        AND n.announced_at <= b.recorded_at - interval '1 minute')
LIMIT 1000
