-- Note what a dispute holds: the sums of the parts of a giver's gifts that pieces of the paid line paid for and that are in their hold.
-- dispute: its transfer; giver; pieces: text[] of int8range; as_of: timestamptz[]; disputes: bigint[] (of equal length); since: before the purchase
INSERT INTO ledger.held (dispute, transfer, creator, day, policy, stripe, milli)
SELECT %(dispute)s, %(dispute)s, p.receiver, p.day, p.policy, (p.batch & 63)::smallint, sum(p.milli)::bigint
FROM ledger.parts_in_hold(%(giver)s, %(pieces)s::text[]::int8range[], %(as_of)s::timestamptz[], %(disputes)s::bigint[], %(since)s) p
GROUP BY p.receiver, p.day, p.policy, p.batch & 63 HAVING sum(p.milli) > 0
RETURNING dispute, creator, day, policy, stripe, milli
