-- What a LIVE brought by steps of its time, and by the UTC day on which its creator's diamonds are released, less what was reversed;
-- step -1 is what came after its end. Coins are everybody's, diamonds the creator's alone.
-- stage, creator; began: when it started; step_s: seconds
WITH gift AS MATERIALIZED (
    SELECT g.batch, g.leaf, g.policy, g.receiver, b.recorded_at AS at, (g.coins_paid + g.coins_promo)::bigint AS coins, g.diamonds_milli AS milli,
        CASE WHEN g.flags & 3 = 1 THEN -1 ELSE greatest(0, floor(extract(epoch FROM b.recorded_at - %(began)s::timestamptz) / %(step_s)s))::int END AS step
    FROM ledger.staged p JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage JOIN ledger.batch b ON b.batch = g.batch
    WHERE p.stage = %(stage)s
), change AS (
    SELECT step, at, policy, receiver, 1 AS gifts, coins, milli FROM gift
    UNION ALL
    SELECT g.step, g.at, g.policy, g.receiver, 0, -r.coins, -r.milli
    FROM ledger.gift_part r JOIN gift g ON g.batch = r.batch AND g.leaf = r.leaf WHERE r.stage = %(stage)s
)
SELECT c.step, (c.at AT TIME ZONE 'UTC')::date + CASE WHEN v.hold_days = 0 THEN 0 ELSE v.hold_days + 1 END AS released_on,
    sum(c.gifts)::bigint AS gifts, sum(c.coins)::bigint AS coins,
    coalesce(sum(c.milli) FILTER (WHERE c.receiver = %(creator)s), 0)::bigint AS milli
FROM change c JOIN policy.version v ON v.key = c.policy GROUP BY 1, 2 ORDER BY 1, 2
