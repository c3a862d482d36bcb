-- What is left of each of a creator's days that have cleared and whose diamonds are worth something, the oldest first. creator
SELECT e.day, e.policy, sum(e.milli_in - e.milli_reversed - e.milli_held - e.milli_reserved - e.milli_redeemed)::bigint AS milli
FROM ledger.earning e JOIN policy.version v ON v.key = e.policy
WHERE e.creator = %(creator)s AND v.diamond_value_micros > 0
    AND (v.hold_days = 0 OR now() >= (e.day + v.hold_days + 1)::timestamp AT TIME ZONE 'UTC')
GROUP BY e.day, e.policy HAVING sum(e.milli_in - e.milli_reversed - e.milli_held - e.milli_reserved - e.milli_redeemed) > 0
ORDER BY e.day, e.policy
