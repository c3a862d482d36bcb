-- Gifts to somebody on one UTC day, newest first: on their own stages, but for batches in which all of it was for guests, and as a guest.
-- receiver, stages: int[] (their own), first_hour: of the day, in hours since 1970; batch and leaf: before which (exclusive), n: rows
-- By batch alone, not by hour: batches of two stripes may cross the hour's edge, and a page must leave none out.
SELECT g.id, g.batch, g.leaf, g.sender, g.receiver, g.stage, g.kind, g.count, g.coins_paid, g.coins_promo, g.diamonds_milli, g.policy, g.flags, g.api_key, g.paid_before, g.promo_before, b.recorded_at
FROM (
    SELECT DISTINCT batch FROM (
        SELECT o.batch FROM unnest(%(stages)s::int[]) AS s (stage)
        CROSS JOIN LATERAL (
            SELECT p.batch FROM ledger.staged p WHERE p.stage = s.stage AND p.hour BETWEEN %(first_hour)s AND %(first_hour)s + 23 AND p.batch <= %(batch)s
                AND NOT EXISTS (SELECT FROM ledger.hosted h WHERE h.stage = s.stage AND h.batch = p.batch AND h.alone)
            ORDER BY p.batch DESC LIMIT %(n)s + 1
        ) o
        UNION ALL
        (SELECT DISTINCT h.batch FROM ledger.hosted h
        WHERE h.receiver = %(receiver)s AND h.hour BETWEEN %(first_hour)s AND %(first_hour)s + 23 AND h.batch <= %(batch)s
        ORDER BY h.batch DESC LIMIT %(n)s + 1)
    ) p ORDER BY batch DESC LIMIT %(n)s + 1
) s
JOIN ledger.batch b ON b.batch = s.batch
JOIN ledger.gift g ON g.batch = s.batch AND g.receiver = %(receiver)s
WHERE (g.batch, g.leaf) < (%(batch)s, %(leaf)s)
ORDER BY g.batch DESC, g.leaf DESC LIMIT %(n)s
