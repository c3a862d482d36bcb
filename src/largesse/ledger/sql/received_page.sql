-- Gifts given on a creator's stages, newest first. receiver, stages: int[], batch and leaf: before which (exclusive), n: rows
-- hour: of that batch. By (hour, batch, leaf) throughout, as sent_page.
SELECT g.id, g.batch, g.leaf, g.sender, g.receiver, g.stage, g.kind, g.count, g.coins_paid, g.coins_promo, g.diamonds_milli, g.policy, g.flags, g.api_key, g.paid_before, g.promo_before, b.recorded_at
FROM (
    SELECT DISTINCT p.hour, p.batch FROM unnest(%(stages)s::int[]) AS s (stage)
    CROSS JOIN LATERAL (
        SELECT hour, batch FROM ledger.staged WHERE stage = s.stage AND hour <= %(hour)s AND (hour < %(hour)s OR batch <= %(batch)s)
        ORDER BY hour DESC, batch DESC LIMIT %(n)s + 1
    ) p ORDER BY p.hour DESC, p.batch DESC LIMIT %(n)s + 1
) s
JOIN ledger.batch b ON b.batch = s.batch
JOIN ledger.gift g ON g.batch = s.batch AND g.receiver = %(receiver)s
WHERE s.hour < %(hour)s OR (g.batch, g.leaf) < (%(batch)s, %(leaf)s)
ORDER BY s.hour DESC, g.batch DESC, g.leaf DESC LIMIT %(n)s
