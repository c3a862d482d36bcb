-- What a dispute holds now, of each of the creators' earnings. dispute: its transfer
SELECT dispute, creator, day, policy, stripe, sum(milli)::bigint AS milli FROM ledger.held
WHERE dispute = %(dispute)s GROUP BY dispute, creator, day, policy, stripe HAVING sum(milli) <> 0 ORDER BY creator, day, policy, stripe
