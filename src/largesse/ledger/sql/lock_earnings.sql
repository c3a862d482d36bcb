-- Lock a creator's earnings of the days and policies named, in the order in which committers and refunds do: what is left of each (neither
-- reversed, held, reserved nor redeemed), its pinned value, and whether it has cleared by its pinned hold.
-- creator, days: date[], policies: smallint[] (of equal length)
SELECT e.day, e.policy, e.stripe, e.milli_in - e.milli_reversed - e.milli_held - e.milli_reserved - e.milli_redeemed AS "left",
    v.diamond_value_micros AS micros, v.hold_days = 0 OR now() >= (e.day + v.hold_days + 1)::timestamp AT TIME ZONE 'UTC' AS cleared
FROM ledger.earning e JOIN policy.version v ON v.key = e.policy
WHERE e.creator = %(creator)s AND (e.day, e.policy) IN (SELECT d, p FROM unnest(%(days)s::date[], %(policies)s::smallint[]) AS u (d, p))
ORDER BY e.day, e.policy, e.stripe FOR NO KEY UPDATE OF e
