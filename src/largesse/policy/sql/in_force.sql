-- The version in force at the transaction's time; no parameters.
SELECT key, id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min, payout_week_minor_max,
    payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, receivable, announced_at, effective_at, proposed_by,
    approved_by, reason
FROM policy.version WHERE effective_at <= now() ORDER BY effective_at DESC LIMIT 1
