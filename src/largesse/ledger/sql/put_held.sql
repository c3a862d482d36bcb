-- Note that a transfer made disputes hold more of earnings, or let go (negative).
-- transfer; dispute: bigint[]; creator: int[]; day: date[]; policy, stripe: smallint[]; milli: bigint[] (of equal length)
INSERT INTO ledger.held (dispute, transfer, creator, day, policy, stripe, milli)
SELECT u.dispute, %(transfer)s, u.creator, u.day, u.policy, u.stripe, u.milli
FROM unnest(%(dispute)s::bigint[], %(creator)s::int[], %(day)s::date[], %(policy)s::smallint[], %(stripe)s::smallint[], %(milli)s::bigint[])
    AS u (dispute, creator, day, policy, stripe, milli)
