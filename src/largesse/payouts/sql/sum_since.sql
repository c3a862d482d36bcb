-- US cents of a creator's payouts that count against the weekly maximum. creator; since: those requested later
SELECT coalesce(sum(gross_minor), 0)::bigint FROM payouts.payout
WHERE creator = %(creator)s AND requested_at > %(since)s AND status NOT IN ('returned', 'rejected', 'canceled', 'failed')
