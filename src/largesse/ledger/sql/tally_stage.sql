-- What each giver gave on a stage, anonymous gifts apart, without what was reversed. stage
SELECT g.sender, g.coins - coalesce(r.coins, 0) AS coins, g.gifts, g.anonymous_coins - coalesce(r.anonymous_coins, 0) AS anonymous_coins,
    g.diamonds_milli - coalesce(r.milli, 0) AS diamonds_milli
FROM (
    SELECT g.sender, sum(g.coins_paid + g.coins_promo)::bigint AS coins, count(*) AS gifts,
        coalesce(sum(g.coins_paid + g.coins_promo) FILTER (WHERE g.flags & 4 <> 0), 0)::bigint AS anonymous_coins,
        sum(g.diamonds_milli)::bigint AS diamonds_milli
    FROM ledger.staged p JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage
    WHERE p.stage = %(stage)s GROUP BY g.sender
) g
LEFT JOIN (
    SELECT sender, sum(coins)::bigint AS coins, coalesce(sum(coins) FILTER (WHERE anonymous), 0)::bigint AS anonymous_coins, sum(milli)::bigint AS milli
    FROM ledger.gift_part WHERE stage = %(stage)s GROUP BY sender
) r ON r.sender = g.sender
