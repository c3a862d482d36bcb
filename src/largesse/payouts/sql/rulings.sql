-- What people found out of a payout, oldest first. payout
SELECT ruled_by, outcome, reference, reason, at FROM payouts.ruling WHERE payout = %(payout)s ORDER BY at, ruled_by
