-- What each giver gave on a stage, anonymous gifts apart. stage
SELECT g.sender, sum(g.coins_paid + g.coins_promo)::bigint AS coins, count(*) AS gifts,
    coalesce(sum(g.coins_paid + g.coins_promo) FILTER (WHERE g.flags & 4 <> 0), 0)::bigint AS anonymous_coins,
    sum(g.diamonds_milli)::bigint AS diamonds_milli
FROM ledger.staged p JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage
WHERE p.stage = %(stage)s GROUP BY g.sender
