-- Reverse the parts of a giver's gifts that pieces of the paid line paid for and that were in their hold.
-- transfer; giver; pieces: text[] of int8range; as_of: timestamptz[]; disputes: bigint[] (of equal length); since: before the purchase
INSERT INTO ledger.gift_part (transfer, batch, leaf, low, coins, milli, dispute, sender, receiver, stage, day, policy, anonymous)
SELECT %(transfer)s, p.batch, p.leaf, p.low, p.coins, p.milli, p.dispute, %(giver)s, p.receiver, p.stage, p.day, p.policy, p.anonymous
FROM ledger.parts_in_hold(%(giver)s, %(pieces)s::text[]::int8range[], %(as_of)s::timestamptz[], %(disputes)s::bigint[], %(since)s) p
