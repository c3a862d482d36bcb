-- The sealed accounts of a creator's methods. creator
SELECT sealed FROM payouts.method WHERE creator = %(creator)s AND removed_at IS NULL
