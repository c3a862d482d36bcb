-- Wallets whose counters are not what lots, legs and gifts say. What gifts spent must tile the line from 0 to `…_out`
-- without gap or overlap: as multisets, where gifts end and 0 are where gifts start and the counter; compared by sums of hashes.
WITH gift AS (
    SELECT sender AS account, sum(coins_paid) AS paid, sum(coins_promo) AS promo,
        sum(hashint8extended(paid_before, 17)) - sum(hashint8extended(paid_before + coins_paid, 17)) AS paid_tiles,
        sum(hashint8extended(promo_before, 17)) - sum(hashint8extended(promo_before + coins_promo, 17)) AS promo_tiles
    FROM ledger.gift GROUP BY sender
), lot AS (
    SELECT account, coalesce(sum(coins - removed - to_debt) FILTER (WHERE class = 'paid'), 0) AS paid,
        coalesce(sum(coins - removed - to_debt) FILTER (WHERE class = 'promo'), 0) AS promo
    FROM ledger.lot GROUP BY account
), leg AS (
    SELECT holder AS account, coalesce(sum(amount) FILTER (WHERE book = 2), 0) AS paid,
        coalesce(sum(amount) FILTER (WHERE book = 6), 0) AS promo
    FROM ledger.leg WHERE book IN (2, 6) GROUP BY holder
), seen AS (
    SELECT coalesce(w.account, gift.account, leg.account) AS account, w.account IS NULL AS missing,
        w.paid_in, w.paid_out, w.promo_in, w.promo_out,
        coalesce(lot.paid, 0) AS lot_paid, coalesce(lot.promo, 0) AS lot_promo,
        coalesce(leg.paid, 0) AS leg_paid, coalesce(leg.promo, 0) AS leg_promo,
        coalesce(gift.paid, 0) AS gift_paid, coalesce(gift.promo, 0) AS gift_promo,
        coalesce(gift.paid_tiles, 0) + hashint8extended(w.paid_out, 17) - hashint8extended(0, 17) AS paid_tiles,
        coalesce(gift.promo_tiles, 0) + hashint8extended(w.promo_out, 17) - hashint8extended(0, 17) AS promo_tiles
    FROM ledger.wallet w FULL JOIN gift ON gift.account = w.account
    FULL JOIN leg ON leg.account = coalesce(w.account, gift.account) LEFT JOIN lot ON lot.account = w.account
)
SELECT 'wallet of account ' || account AS about, trim(concat_ws('; ',
    CASE WHEN missing THEN 'gifts or transfers name it, but there is none' END,
    CASE WHEN paid_in <> lot_paid THEN format('paid_in is %s, its lots hold %s', paid_in, lot_paid) END,
    CASE WHEN promo_in <> lot_promo THEN format('promo_in is %s, its lots hold %s', promo_in, lot_promo) END,
    CASE WHEN paid_in <> leg_paid THEN format('paid_in is %s, its transfers sum to %s', paid_in, leg_paid) END,
    CASE WHEN promo_in <> leg_promo THEN format('promo_in is %s, its transfers sum to %s', promo_in, leg_promo) END,
    CASE WHEN paid_out <> gift_paid THEN format('paid_out is %s, its gifts cost %s', paid_out, gift_paid) END,
    CASE WHEN promo_out <> gift_promo THEN format('promo_out is %s, its gifts cost %s', promo_out, gift_promo) END,
    CASE WHEN paid_tiles <> 0 THEN 'its gifts do not lie end to end on the paid line' END,
    CASE WHEN promo_tiles <> 0 THEN 'its gifts do not lie end to end on the promotional line' END,
    CASE WHEN paid_out > paid_in OR promo_out > promo_in THEN 'more is spent than came in' END)) AS detail
FROM seen
WHERE missing OR paid_in <> lot_paid OR promo_in <> lot_promo OR paid_in <> leg_paid OR promo_in <> leg_promo
    OR paid_out <> gift_paid OR promo_out <> gift_promo OR paid_tiles <> 0 OR promo_tiles <> 0
    OR paid_out > paid_in OR promo_out > promo_in
LIMIT 1000
