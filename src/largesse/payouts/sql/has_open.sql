-- Whether a payout of a creator's is open. creator
SELECT EXISTS (SELECT FROM payouts.payout WHERE creator = %(creator)s
    AND status IN ('requested', 'review', 'approved', 'submitting', 'unknown', 'submitted', 'in_transit'))
