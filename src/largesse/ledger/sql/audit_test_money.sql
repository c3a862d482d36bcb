-- Coins that a provider's test money granted, and what they earned: nothing, ever. A grant whose source is a purchase is one of
-- test money. Gifts marked as unearning are those of wallets that test money has filled, and no others. No parameters.
WITH test_lot AS (
    SELECT l.account, l.start, l.start + l.coins - l.removed - l.to_debt AS past, t.source
    FROM ledger.lot l JOIN ledger.transfer t ON t.key = l.transfer
    WHERE l.class = 'promo' AND t.kind = 'grant' AND starts_with(t.source, 'purchase:')
)
SELECT 'gift ' || g.id || ' of account ' || g.sender AS about,
    format('gave coins of test money (%s), and earned %s milli-diamonds with them', l.source, g.diamonds_milli - g.coins_paid::bigint * v.share_bps / 10) AS detail
FROM test_lot l JOIN ledger.gift g ON g.sender = l.account JOIN policy.version v ON v.key = g.policy
WHERE g.promo_before < l.past AND g.promo_before + g.coins_promo > l.start AND g.diamonds_milli <> g.coins_paid::bigint * v.share_bps / 10
UNION ALL
SELECT 'gift ' || g.id || ' of account ' || g.sender, 'is marked as one of test money, and its giver never had any'
FROM ledger.gift g WHERE g.flags & 8 <> 0 AND g.sender NOT IN (SELECT account FROM test_lot)
UNION ALL
SELECT 'wallet of account ' || w.account, 'test money granted it coins, and its promotional coins could earn'
FROM ledger.wallet w WHERE NOT w.test_money AND w.account IN (SELECT account FROM test_lot)
LIMIT 1000
