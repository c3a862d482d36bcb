-- What the service shows: wallets, coins that repaid debt, creators' diamonds, what payouts reserve, and the stripes' own counters.
SELECT 'coins:wallet' AS book, account AS holder, 'coin' AS asset, paid_in - paid_out AS amount FROM ledger.wallet
UNION ALL SELECT 'promo:wallet', account, 'promo', promo_in - promo_out FROM ledger.wallet
UNION ALL SELECT 'diamonds:creator', creator, 'diamond', sum(milli_in - milli_reversed - milli_reserved - milli_redeemed)::bigint
    FROM ledger.earning GROUP BY creator
UNION ALL SELECT 'coins:recovered', account, 'coin', sum(to_debt)::bigint FROM ledger.lot WHERE class = 'paid' GROUP BY account HAVING sum(to_debt) > 0
UNION ALL SELECT 'diamonds:reversed', 0, 'diamond', coalesce(sum(milli_reversed), 0)::bigint FROM ledger.earning
UNION ALL SELECT 'diamonds:redeeming', creator, 'diamond', coalesce(sum(milli_reserved), 0)::bigint
    FROM ledger.earning WHERE creator IN (SELECT creator FROM ledger.payout) GROUP BY creator
UNION ALL SELECT 'diamonds:redeemed', 0, 'diamond', coalesce(sum(milli_redeemed), 0)::bigint FROM ledger.earning
UNION ALL SELECT 'coins:spent', 0, 'coin', sum(coins_paid)::bigint FROM ledger.stripe
UNION ALL SELECT 'promo:spent', 0, 'promo', sum(coins_promo)::bigint FROM ledger.stripe
UNION ALL SELECT 'diamonds:issued', 0, 'diamond', -(sum(diamonds_milli) + (SELECT coalesce(sum(milli), 0) FROM ledger.diamond_grant))::bigint
    FROM ledger.stripe
