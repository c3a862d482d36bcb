-- Every gift changes its wallet's row, and the database then judges all of the row's constraints, one after the other.
-- Twelve of them said that a count is not negative: one does. That paid_in and promo_in are not follows from what covers
-- their outs. NULL is no limit, and least() passes over it.
ALTER TABLE ledger.wallet
    DROP CONSTRAINT wallet_debt_check,
    DROP CONSTRAINT wallet_given_day_check,
    DROP CONSTRAINT wallet_given_month_check,
    DROP CONSTRAINT wallet_given_week_check,
    DROP CONSTRAINT wallet_own_day_max_check,
    DROP CONSTRAINT wallet_own_gift_max_check,
    DROP CONSTRAINT wallet_own_month_max_check,
    DROP CONSTRAINT wallet_own_week_max_check,
    DROP CONSTRAINT wallet_paid_in_check,
    DROP CONSTRAINT wallet_paid_out_check,
    DROP CONSTRAINT wallet_promo_in_check,
    DROP CONSTRAINT wallet_promo_out_check,
    ADD CONSTRAINT counts_are_not_negative CHECK (least(
        paid_out, promo_out, debt, given_day, given_week, given_month, own_day_max, own_week_max, own_month_max, own_gift_max
    ) >= 0);
