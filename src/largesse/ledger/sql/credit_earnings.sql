-- Credit the creators of the batch on this committer's own stripe: no other committer touches these rows.
-- creators: int[] ascending, gifts, coins, milli: bigint[], day: date, policy: key, stripe
INSERT INTO ledger.earning AS e (creator, day, policy, stripe, gifts, coins, milli_in)
SELECT u.creator, %(day)s, %(policy)s, %(stripe)s, u.gifts, u.coins, u.milli
FROM unnest(%(creators)s::int[], %(gifts)s::bigint[], %(coins)s::bigint[], %(milli)s::bigint[]) AS u (creator, gifts, coins, milli)
ON CONFLICT (creator, day, policy, stripe) DO UPDATE
SET gifts = e.gifts + excluded.gifts, coins = e.coins + excluded.coins, milli_in = e.milli_in + excluded.milli_in
