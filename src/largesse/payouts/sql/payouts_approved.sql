-- Take approved payouts whose time has come: nobody else does during the lease. by_file: rails whose payouts wait for a file; limit; lease_s: seconds
UPDATE payouts.payout SET due_at = now() + make_interval(secs => %(lease_s)s)
WHERE id IN (SELECT id FROM payouts.payout WHERE due_at <= now() AND status = 'approved' AND rail <> ALL (%(by_file)s::text[])
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
