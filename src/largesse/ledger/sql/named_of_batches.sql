-- Paid coins by giver in batches, without what was given anonymously. batches: bigint[]
SELECT g.sender, sum(g.coins_paid)::bigint AS coins FROM ledger.gift g
WHERE g.batch = ANY (%(batches)s::bigint[]) AND g.flags & 4 = 0 AND g.coins_paid > 0
GROUP BY g.sender
