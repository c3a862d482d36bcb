-- Adds a version, announced at the transaction's time. effective_at: timestamptz, NULL for that same instant; numbers
-- as in policy.version; proposed_by, approved_by: account keys. Constraint version_effective_at_key refuses a second
-- version of one instant, policy_four_eyes one person alone.
INSERT INTO policy.version (id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min,
    payout_week_minor_max, payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, receivable, announced_at,
    effective_at, proposed_by, approved_by, reason)
VALUES (%(id)s, %(share_bps)s, %(promo_share_bps)s, %(diamond_value_micros)s, %(hold_days)s, %(payout_minor_min)s,
    %(payout_week_minor_max)s, %(payout_fee_bps)s, %(payout_fee_minor)s, %(give_day_coins_max)s, %(buy_day_minor_max)s, %(receivable)s,
    now(), coalesce(%(effective_at)s::timestamptz, now()), %(proposed_by)s, %(approved_by)s, %(reason)s)
RETURNING key, id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min, payout_week_minor_max,
    payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, receivable, announced_at, effective_at, proposed_by,
    approved_by, reason
