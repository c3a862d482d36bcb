-- When a payout's rail is asked next; NULL: not by itself. id; due_at
UPDATE payouts.payout SET due_at = %(due_at)s WHERE id = %(id)s
