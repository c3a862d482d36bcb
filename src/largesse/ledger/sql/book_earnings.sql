-- Reverse, hold and let go what creators earned. Committers credit their own stripe's rows at the same time, ascending by creator: the rows
-- are locked in that order, and changed by arithmetic. earning_bounds refuses more than came in.
-- creators: int[]; days: date[]; policies, stripes: smallint[]; reversed, held: bigint[], milli-diamonds, signed (of equal length)
WITH change AS (
    SELECT * FROM unnest(%(creators)s::int[], %(days)s::date[], %(policies)s::smallint[], %(stripes)s::smallint[], %(reversed)s::bigint[], %(held)s::bigint[])
        AS u (creator, day, policy, stripe, reversed, held)
), locked AS MATERIALIZED (
    SELECT e.creator, e.day, e.policy, e.stripe, c.reversed, c.held FROM ledger.earning e JOIN change c
        ON (c.creator, c.day, c.policy, c.stripe) = (e.creator, e.day, e.policy, e.stripe)
    ORDER BY e.creator, e.day, e.policy, e.stripe FOR NO KEY UPDATE OF e
)
UPDATE ledger.earning e SET milli_reversed = e.milli_reversed + l.reversed, milli_held = e.milli_held + l.held
FROM locked l WHERE (l.creator, l.day, l.policy, l.stripe) = (e.creator, e.day, e.policy, e.stripe)
