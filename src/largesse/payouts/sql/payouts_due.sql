-- Take payouts that were handed over and whose time to be asked for has come: nobody else does during the lease. limit; lease_s: seconds
UPDATE payouts.payout SET due_at = now() + make_interval(secs => %(lease_s)s), looks = least(looks + 1, 1000)
WHERE id IN (SELECT id FROM payouts.payout WHERE due_at <= now() AND status <> 'approved' ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
