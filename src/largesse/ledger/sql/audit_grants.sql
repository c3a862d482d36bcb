-- Grants of diamonds whose entry, day or worth (half-even) is another, and entries that are of no grant.
WITH moved AS (
    SELECT g.transfer, sum(l.amount) FILTER (WHERE l.book = 11) AS issued, sum(l.amount) FILTER (WHERE l.book = 12 AND l.holder = g.creator) AS creator,
        sum(l.amount) FILTER (WHERE l.book = 33 AND l.currency = 'USD') AS owed, sum(l.amount) FILTER (WHERE l.book = 60 AND l.currency = 'USD') AS cost
    FROM ledger.diamond_grant g JOIN ledger.leg l ON l.transfer = g.transfer GROUP BY g.transfer
), due AS (
    SELECT g.*, t.kind, (t.recorded_at AT TIME ZONE 'UTC')::date AS recorded_on, v.effective_at <= t.recorded_at AS in_force,
        CASE WHEN 2 * mod(w.worth, 10000000) = 10000000 THEN 2 * div(div(w.worth, 10000000) + 1, 2) ELSE round(w.worth / 10000000) END AS worth
    FROM ledger.diamond_grant g JOIN ledger.transfer t ON t.key = g.transfer JOIN policy.version v ON v.key = g.policy
    CROSS JOIN LATERAL (SELECT g.milli::numeric * v.diamond_value_micros AS worth) w
)
SELECT 'grant of diamonds ' || d.transfer AS about, format('of %s milli-diamonds for %s US cents on %s: its entry, its day or its worth is another',
    d.milli, d.minor, d.day) AS detail
FROM due d LEFT JOIN moved m ON m.transfer = d.transfer
WHERE d.kind <> 'diamonds' OR d.day <> d.recorded_on OR NOT d.in_force OR d.worth <> d.minor
    OR (m.issued, m.creator, coalesce(m.owed, 0), coalesce(m.cost, 0)) IS DISTINCT FROM (-d.milli::numeric, d.milli::numeric, -d.minor::numeric, d.minor::numeric)
UNION ALL
SELECT format('transfer %s (%s %s)', t.key, t.kind, t.source), 'is of no grant of diamonds'
FROM ledger.transfer t WHERE t.kind = 'diamonds' AND NOT EXISTS (SELECT FROM ledger.diamond_grant g WHERE g.transfer = t.key)
LIMIT 1000
