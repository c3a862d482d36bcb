-- What settling needs of the version in force at the transaction's time; no parameters.
SELECT key, id, share_bps, promo_share_bps, diamond_value_micros, hold_days, give_day_coins_max
FROM policy.version WHERE effective_at <= now() ORDER BY effective_at DESC LIMIT 1
