-- The sealed contents of a creator's papers that were approved and count on a day, or wait for a person. creator, today
SELECT id, sealed FROM payouts.paper
WHERE creator = %(creator)s AND status IN ('waiting', 'approved') AND sealed IS NOT NULL AND (valid_until IS NULL OR valid_until >= %(today)s)
