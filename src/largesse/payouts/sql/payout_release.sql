-- Let a held payout be decided again. id
UPDATE payouts.payout SET reasons = array_remove(reasons, 'held') WHERE id = %(id)s
