-- A giver's gifts, newest first. sender, batch and leaf: before which (exclusive), hour: of that batch, n: rows
-- Chosen, ordered and turned over by (hour, batch, leaf) alike: a batch of one stripe may have a higher number than one of another stripe that is
-- recorded in a later hour, and by its number alone a page would leave one of them out.
SELECT g.id, g.batch, g.leaf, g.sender, g.receiver, g.stage, g.kind, g.count, g.coins_paid, g.coins_promo, g.diamonds_milli, g.policy, g.flags, g.api_key, g.paid_before, g.promo_before, b.recorded_at
FROM (
    SELECT hour, batch FROM ledger.sent WHERE sender = %(sender)s AND hour <= %(hour)s AND (hour < %(hour)s OR batch <= %(batch)s)
    ORDER BY hour DESC, batch DESC LIMIT %(n)s + 1
) s
JOIN ledger.batch b ON b.batch = s.batch
JOIN ledger.gift g ON g.batch = s.batch AND g.sender = %(sender)s
WHERE s.hour < %(hour)s OR (g.batch, g.leaf) < (%(batch)s, %(leaf)s)
ORDER BY s.hour DESC, g.batch DESC, g.leaf DESC LIMIT %(n)s
