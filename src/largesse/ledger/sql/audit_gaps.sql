-- The gifts of some accounts that do not start where the one before ended. accounts: int[]
SELECT 'gift ' || id || ' of account ' || sender AS about,
    format('spends paid coins from %%s and promotional ones from %%s, the one before ended at %%s and %%s', paid_before, promo_before, paid, promo) AS detail
FROM (SELECT id, sender, paid_before, promo_before, coins_paid, coins_promo,
        lag(paid_before + coins_paid, 1, 0::bigint) OVER w AS paid, lag(promo_before + coins_promo, 1, 0::bigint) OVER w AS promo
      FROM ledger.gift WHERE sender = ANY(%(accounts)s) WINDOW w AS (PARTITION BY sender ORDER BY paid_before, promo_before, batch, leaf)) g
WHERE paid_before <> paid OR promo_before <> promo
LIMIT 1000
