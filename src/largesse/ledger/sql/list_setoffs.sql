-- What was set off of a taking's receivables, by the earnings that it came from. taken: its transfer
SELECT creator, claim, claim_policy, day, policy, stripe, sum(milli)::bigint AS milli, sum(minor)::bigint AS minor, sum(worth_minor)::bigint AS worth
FROM ledger.setoff WHERE (creator, claim, claim_policy) IN (SELECT creator, transfer, policy FROM ledger.receivable WHERE transfer = %(taken)s)
GROUP BY creator, claim, claim_policy, day, policy, stripe HAVING sum(milli) <> 0
ORDER BY creator, claim, claim_policy, day, policy, stripe
