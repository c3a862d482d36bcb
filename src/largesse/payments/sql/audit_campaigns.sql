-- Campaigns whose budget, cap or grants are not what the books say. No parameters.
SELECT 'campaign ' || c.id AS about, 'says that it granted ' || c.granted_coins || ' coins, and its grants are ' || coalesce(g.coins, 0) AS detail
FROM payments.campaign c
LEFT JOIN (SELECT campaign, sum(coins) AS coins FROM payments.campaign_grant GROUP BY campaign) g ON g.campaign = c.id
WHERE c.granted_coins <> coalesce(g.coins, 0)
UNION ALL
SELECT 'campaign ' || c.id, 'granted account ' || g.account || ' ' || count(*) || ' times'
FROM payments.campaign c JOIN payments.campaign_grant g ON g.campaign = c.id
GROUP BY c.id, c.grants_per_person_max, g.account HAVING count(*) > c.grants_per_person_max
UNION ALL
SELECT 'grant ' || g.id || ' of campaign ' || g.campaign, 'is not in the books'
FROM payments.campaign_grant g
LEFT JOIN ledger.transfer t ON t.kind = 'grant' AND t.source = 'campaign:' || g.id
LEFT JOIN ledger.lot l ON l.transfer = t.key AND l.account = g.account AND l.class = 'promo' AND l.coins = g.coins
WHERE l.transfer IS NULL
UNION ALL
SELECT 'transfer ' || t.key, 'is ' || t.source || ', which no campaign granted'
FROM ledger.transfer t LEFT JOIN payments.campaign_grant g ON t.source = 'campaign:' || g.id
WHERE t.kind = 'grant' AND starts_with(t.source, 'campaign:') AND g.id IS NULL
LIMIT 1000
