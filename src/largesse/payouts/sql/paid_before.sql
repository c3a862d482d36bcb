-- Whether a creator was paid before, and to this method. creator; method
SELECT coalesce(bool_or(true), false) AS ever, coalesce(bool_or(q.method = %(method)s), false) AS there
FROM payouts.payout p JOIN payouts.quote q ON q.id = p.quote WHERE p.creator = %(creator)s AND p.status = 'paid'
