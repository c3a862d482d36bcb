-- Parts of gifts that do not fit their gift; creators' days that reverse or hold other than those parts, set-offs and open disputes say; events whose
-- numbers are not those of their rows.
WITH part AS (
    SELECT batch, leaf, sum(coins) AS coins, sum(milli) AS milli, min(low) AS low, max(low + abs(coins)) AS high,
        min(sender) AS sender, min(receiver) AS receiver, min(stage) AS stage, min(day) AS day, min(policy) AS policy, bool_or(anonymous) AS anonymous,
        count(DISTINCT (sender, receiver, stage, day, policy, anonymous)) = 1 AS agree
    FROM ledger.gift_part GROUP BY batch, leaf
), reversed AS (
    SELECT creator, day, policy, stripe, sum(milli) AS milli FROM (
        SELECT receiver AS creator, day, policy, (batch & 63)::smallint AS stripe, milli FROM ledger.gift_part
        UNION ALL SELECT creator, day, policy, stripe, milli FROM ledger.setoff
    ) r GROUP BY 1, 2, 3, 4
), held AS (
    SELECT creator, day, policy, stripe, sum(milli) AS milli FROM ledger.held GROUP BY 1, 2, 3, 4
), asked AS (
    SELECT d.transfer AS dispute, p.receiver AS creator, p.day, p.policy, (p.batch & 63)::smallint AS stripe, sum(p.milli) AS milli
    FROM ledger.dispute d JOIN ledger.taking k ON k.transfer = d.transfer JOIN ledger.lot o ON o.key = d.lot
    CROSS JOIN LATERAL (
        SELECT d.at - coalesce(range_agg(l.clawed_at), '{}') AS at FROM ledger.lot l WHERE l.account = k.account AND l.class = 'paid'
    ) a
    CROSS JOIN LATERAL ledger.parts_in_hold(k.account, ARRAY(SELECT r FROM unnest(a.at) r), ARRAY(SELECT d.opened_at FROM unnest(a.at)),
        ARRAY(SELECT d.transfer FROM unnest(a.at)), o.recorded_at - interval '1 day') p
    WHERE d.state = 'open' GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.milli) <> 0
), holds AS (
    SELECT dispute, creator, day, policy, stripe, sum(milli) AS milli FROM ledger.held GROUP BY 1, 2, 3, 4, 5 HAVING sum(milli) <> 0
)
SELECT format('gift %s.%s', part.batch, part.leaf) AS about, CASE WHEN g.batch IS NULL THEN 'is not in the books, parts of it were reversed'
    ELSE format('%s coins and %s milli-diamonds of it are reversed at [%s,%s); it cost %s at %s, under policy %s', part.coins, part.milli, part.low, part.high,
        g.coins_paid, g.paid_before, g.policy) END AS detail
FROM part LEFT JOIN ledger.gift g ON g.batch = part.batch AND g.leaf = part.leaf LEFT JOIN policy.version v ON v.key = g.policy
LEFT JOIN ledger.batch b ON b.batch = part.batch
WHERE g.batch IS NULL OR NOT part.agree OR part.coins NOT BETWEEN 0 AND g.coins_paid OR part.milli <> part.coins * v.share_bps / 10
    OR part.low < g.paid_before OR part.high > g.paid_before + g.coins_paid
    OR (part.sender, part.receiver, part.stage, part.policy, part.anonymous, part.day)
        <> (g.sender, g.receiver, g.stage, g.policy, g.flags & 4 <> 0, (b.recorded_at AT TIME ZONE 'UTC')::date)
UNION ALL
SELECT format('gift %s.%s', batch, leaf), format('%s coins of it at %s are reversed %s times', coins, low, times)
FROM (SELECT batch, leaf, low, abs(coins) AS coins, sum(sign(coins)) AS times FROM ledger.gift_part GROUP BY 1, 2, 3, 4) t WHERE times NOT IN (0, 1)
UNION ALL
SELECT format('creator %s on %s, policy %s, stripe %s', coalesce(e.creator, r.creator, h.creator), coalesce(e.day, r.day, h.day),
        coalesce(e.policy, r.policy, h.policy), coalesce(e.stripe, r.stripe, h.stripe)),
    format('shows %s milli-diamonds reversed and %s held; gifts and disputes say %s and %s', coalesce(e.milli_reversed, 0), coalesce(e.milli_held, 0),
        coalesce(r.milli, 0), coalesce(h.milli, 0))
FROM (SELECT * FROM ledger.earning WHERE milli_reversed <> 0 OR milli_held <> 0) e
FULL JOIN reversed r ON (r.creator, r.day, r.policy, r.stripe) = (e.creator, e.day, e.policy, e.stripe)
FULL JOIN held h ON (h.creator, h.day, h.policy, h.stripe) = (coalesce(e.creator, r.creator), coalesce(e.day, r.day), coalesce(e.policy, r.policy), coalesce(e.stripe, r.stripe))
WHERE (coalesce(e.milli_reversed, 0), coalesce(e.milli_held, 0)) <> (coalesce(r.milli, 0), coalesce(h.milli, 0))
UNION ALL
SELECT 'dispute ' || coalesce(h.dispute, a.dispute), format('holds %s milli-diamonds of creator %s on %s, and should hold %s', coalesce(h.milli, 0),
    coalesce(h.creator, a.creator), coalesce(h.day, a.day), coalesce(a.milli, 0))
FROM holds h FULL JOIN asked a ON (a.dispute, a.creator, a.day, a.policy, a.stripe) = (h.dispute, h.creator, h.day, h.policy, h.stripe)
WHERE coalesce(h.milli, 0) <> coalesce(a.milli, 0)
UNION ALL
SELECT 'transfer ' || t.transfer, format('says %s coins and %s milli-diamonds of gifts, %s coins clawed; its rows come to %s, %s, %s', t.reversed_coins,
    t.reversed_milli, t.clawed, coalesce(p.coins, 0), coalesce(p.milli, 0), coalesce(c.coins, 0))
FROM ledger.taking t
FULL JOIN (SELECT transfer, sum(coins) AS coins, sum(milli) AS milli FROM ledger.gift_part GROUP BY transfer) p ON p.transfer = t.transfer
LEFT JOIN (SELECT transfer, sum(coins) AS coins FROM ledger.lot_cut WHERE what = 'clawed' GROUP BY transfer) c ON c.transfer = t.transfer
LEFT JOIN (SELECT transfer, sum(amount) AS milli FROM ledger.leg WHERE book = 15 GROUP BY transfer) l ON l.transfer = t.transfer
WHERE t.transfer IS NULL OR (t.reversed_coins, t.reversed_milli, t.clawed) <> (coalesce(p.coins, 0), coalesce(p.milli, 0), coalesce(c.coins, 0))
    OR t.reversed_milli <> coalesce(l.milli, 0)
LIMIT 1000
