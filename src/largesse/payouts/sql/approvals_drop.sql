-- Forget who said yes to a payout. payout
DELETE FROM payouts.approval WHERE payout = %(payout)s
