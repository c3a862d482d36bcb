-- The open disputes of a purchase, the oldest first. lot: the purchase's
SELECT transfer AS dispute, opened_at, at, coins, minor FROM ledger.dispute WHERE lot = %(lot)s AND state = 'open' ORDER BY transfer
