-- What was given on a stage to whom, without what was reversed. stage
SELECT g.receiver, g.gifts, g.coins - coalesce(r.coins, 0) AS coins, g.milli - coalesce(r.milli, 0) AS diamonds_milli
FROM (
    SELECT g.receiver, count(*) AS gifts, sum(g.coins_paid + g.coins_promo)::bigint AS coins, sum(g.diamonds_milli)::bigint AS milli
    FROM ledger.staged p JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage
    WHERE p.stage = %(stage)s GROUP BY g.receiver
) g
LEFT JOIN (
    SELECT receiver, sum(coins)::bigint AS coins, sum(milli)::bigint AS milli FROM ledger.gift_part WHERE stage = %(stage)s GROUP BY receiver
) r ON r.receiver = g.receiver
