-- Creators' days and stripes' counters that are not the sums of their gifts, and of what was granted (stripe 64).
WITH gift AS MATERIALIZED (
    SELECT g.receiver AS creator, b.day, g.policy, (g.batch & 63)::smallint AS stripe, count(*) AS gifts,
        sum(g.coins_paid) AS paid, sum(g.coins_promo) AS promo, sum(g.diamonds_milli) AS milli
    FROM ledger.gift g JOIN (SELECT batch, (recorded_at AT TIME ZONE 'UTC')::date AS day FROM ledger.batch) b ON b.batch = g.batch
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT creator, day, policy, 64::smallint, 0, 0, 0, sum(milli) FROM ledger.diamond_grant GROUP BY 1, 2, 3
), striped AS (
    SELECT stripe, sum(gifts) AS gifts, sum(paid) AS paid, sum(promo) AS promo, sum(milli) AS milli FROM gift GROUP BY stripe
)
SELECT format('creator %s on %s, policy %s, stripe %s', coalesce(e.creator, g.creator), coalesce(e.day, g.day),
        coalesce(e.policy, g.policy), coalesce(e.stripe, g.stripe)) AS about,
    format('shows %s gifts, %s coins, %s milli-diamonds; its gifts and grants are %s, %s, %s', coalesce(e.gifts, 0), coalesce(e.coins, 0),
        coalesce(e.milli_in, 0), coalesce(g.gifts, 0), coalesce(g.paid + g.promo, 0), coalesce(g.milli, 0)) AS detail
FROM ledger.earning e FULL JOIN gift g
    ON g.creator = e.creator AND g.day = e.day AND g.policy = e.policy AND g.stripe = e.stripe
WHERE (e.gifts, e.coins, e.milli_in) IS DISTINCT FROM (g.gifts, (g.paid + g.promo)::bigint, g.milli::bigint)
UNION ALL
SELECT 'stripe ' || s.stripe, format('counts %s gifts, %s + %s coins, %s milli-diamonds; its gifts are %s, %s + %s, %s', s.gifts,
    s.coins_paid, s.coins_promo, s.diamonds_milli, coalesce(g.gifts, 0), coalesce(g.paid, 0), coalesce(g.promo, 0), coalesce(g.milli, 0))
FROM ledger.stripe s LEFT JOIN striped g ON g.stripe = s.stripe
WHERE (s.gifts, s.coins_paid, s.coins_promo, s.diamonds_milli)
    IS DISTINCT FROM (coalesce(g.gifts, 0), coalesce(g.paid, 0), coalesce(g.promo, 0), coalesce(g.milli, 0))
UNION ALL
SELECT format('creator %s on %s, policy %s, stripe %s', creator, day, policy, stripe), 'more is reversed, held, reserved and redeemed than came in'
FROM ledger.earning WHERE milli_reversed + milli_held + milli_reserved + milli_redeemed > milli_in
    OR least(milli_reversed, milli_held, milli_reserved, milli_redeemed) < 0
LIMIT 1000
