-- Count an attempt, begun now. id
UPDATE payouts.payout SET attempt = attempt + 1, submitted_at = now(), looks = 0 WHERE id = %(id)s
