-- Units that were made or lost on the way: issued = held + spent + given back, over the whole platform.
WITH leg AS (
    SELECT coalesce(sum(amount) FILTER (WHERE book IN (1, 4)), 0) AS coins_made, coalesce(sum(amount) FILTER (WHERE book = 9), 0) AS recovered,
        coalesce(sum(amount) FILTER (WHERE book IN (5, 8)), 0) AS promo_made, coalesce(sum(amount) FILTER (WHERE book = 15), 0) AS milli_reversed,
        coalesce(-sum(amount) FILTER (WHERE book = 11), 0) AS milli_granted,
        coalesce(sum(amount) FILTER (WHERE book = 13), 0) AS milli_redeeming, coalesce(sum(amount) FILTER (WHERE book = 14), 0) AS milli_redeemed
    FROM ledger.leg
), lot AS (
    SELECT coalesce(sum(coins - removed) FILTER (WHERE class = 'paid'), 0) AS paid, coalesce(sum(to_debt), 0) AS to_debt,
        coalesce(sum(coins - removed) FILTER (WHERE class = 'promo'), 0) AS promo
    FROM ledger.lot
), wallet AS (
    SELECT coalesce(sum(paid_in - paid_out), 0) AS paid, coalesce(sum(promo_in - promo_out), 0) AS promo FROM ledger.wallet
), stripe AS (
    SELECT sum(coins_paid) AS paid, sum(coins_promo) AS promo, sum(diamonds_milli) AS milli FROM ledger.stripe
), earning AS (
    SELECT coalesce(sum(milli_in), 0) AS milli, coalesce(sum(milli_reversed), 0) AS reversed, coalesce(sum(milli_reserved), 0) AS reserved,
        coalesce(sum(milli_redeemed), 0) AS redeemed FROM ledger.earning
)
SELECT 'coins' AS about, format('%s made, less %s removed since; %s held + %s spent + %s repaid', -coins_made, 0, wallet.paid, stripe.paid, recovered) AS detail
FROM leg, wallet, stripe WHERE -coins_made <> wallet.paid + stripe.paid + recovered
UNION ALL
SELECT 'coins', format('lots hold %s (to_debt %s), the books issued %s (repaid %s)', lot.paid, lot.to_debt, -coins_made, recovered)
FROM leg, lot WHERE (lot.paid, lot.to_debt) <> (-coins_made, recovered)
UNION ALL
SELECT 'promotional coins', format('%s made; %s held + %s spent; lots say %s', -promo_made, wallet.promo, stripe.promo, lot.promo)
FROM leg, lot, wallet, stripe WHERE -promo_made <> wallet.promo + stripe.promo OR lot.promo <> -promo_made
UNION ALL
SELECT 'diamonds', format('%s milli-diamonds issued by gifts and %s granted, creators were credited %s', stripe.milli, leg.milli_granted, earning.milli)
FROM stripe, leg, earning WHERE stripe.milli + leg.milli_granted <> earning.milli
UNION ALL
SELECT 'diamonds', format('%s milli-diamonds of creators are reversed, the books reversed %s', earning.reversed, leg.milli_reversed)
FROM leg, earning WHERE earning.reversed <> leg.milli_reversed
UNION ALL
SELECT 'diamonds', format('%s milli-diamonds of creators are reserved and %s redeemed, the books say %s and %s', earning.reserved, earning.redeemed,
    leg.milli_redeeming, leg.milli_redeemed)
FROM leg, earning WHERE (earning.reserved, earning.redeemed) <> (leg.milli_redeeming, leg.milli_redeemed)
