-- What became of the entries that seem to name a creator. creator
SELECT DISTINCT status FROM payouts.screening_match WHERE creator = %(creator)s
