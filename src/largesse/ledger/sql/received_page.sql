-- Gifts to somebody, newest first: on their own stages, but for batches in which all of it was for guests, and as a guest.
-- receiver, stages: int[] (their own), batch and leaf: before which (exclusive), n: rows; hour: of that batch. By (hour, batch, leaf) throughout, as sent_page.
SELECT g.id, g.batch, g.leaf, g.sender, g.receiver, g.stage, g.kind, g.count, g.coins_paid, g.coins_promo, g.diamonds_milli, g.policy, g.flags, g.api_key, g.paid_before, g.promo_before, b.recorded_at
FROM (
    SELECT DISTINCT hour, batch FROM (
        SELECT o.hour, o.batch FROM unnest(%(stages)s::int[]) AS s (stage)
        CROSS JOIN LATERAL (
            SELECT p.hour, p.batch FROM ledger.staged p WHERE p.stage = s.stage AND p.hour <= %(hour)s AND (p.hour < %(hour)s OR p.batch <= %(batch)s)
                AND NOT EXISTS (SELECT FROM ledger.hosted h WHERE h.stage = s.stage AND h.batch = p.batch AND h.alone)
            ORDER BY p.hour DESC, p.batch DESC LIMIT %(n)s + 1
        ) o
        UNION ALL
        (SELECT DISTINCT h.hour, h.batch FROM ledger.hosted h
        WHERE h.receiver = %(receiver)s AND h.hour <= %(hour)s AND (h.hour < %(hour)s OR h.batch <= %(batch)s)
        ORDER BY h.hour DESC, h.batch DESC LIMIT %(n)s + 1)
    ) p ORDER BY hour DESC, batch DESC LIMIT %(n)s + 1
) s
JOIN ledger.batch b ON b.batch = s.batch
JOIN ledger.gift g ON g.batch = s.batch AND g.receiver = %(receiver)s
WHERE s.hour < %(hour)s OR (g.batch, g.leaf) < (%(batch)s, %(leaf)s)
ORDER BY s.hour DESC, g.batch DESC, g.leaf DESC LIMIT %(n)s
