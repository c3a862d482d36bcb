-- Approved payouts of a rail whose time has come, oldest first: who may be in its next file. rail; limit
SELECT id, creator FROM payouts.payout WHERE rail = %(rail)s AND status = 'approved' AND due_at IS NOT NULL ORDER BY requested_at, id LIMIT %(limit)s
