-- Who gave to a creator by name for the first time ever, and did so on this stage. creator, stage; others: int[], the creator's other stages
-- `insights.gifter` knows days before; of the day itself the books are asked, and of what is not folded yet.
WITH here AS MATERIALIZED (
    SELECT DISTINCT ON (g.sender) g.sender, b.recorded_at AS at, g.batch, g.leaf
    FROM ledger.staged p JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage JOIN ledger.batch b ON b.batch = g.batch
    WHERE p.stage = %(stage)s AND g.receiver = %(creator)s AND g.flags & 4 = 0
    ORDER BY g.sender, b.recorded_at, g.batch, g.leaf
), span AS MATERIALIZED (
    SELECT floor(extract(epoch FROM min(at)) / 86400)::int * 24 AS first_hour, floor(extract(epoch FROM max(at)) / 3600)::int AS last_hour FROM here
), elsewhere AS MATERIALIZED (
    SELECT DISTINCT ON (g.sender) g.sender, b.recorded_at AS at, g.batch, g.leaf
    FROM span CROSS JOIN unnest(%(others)s::int[]) AS o (stage)
    JOIN ledger.staged p ON p.stage = o.stage AND p.hour BETWEEN span.first_hour AND span.last_hour
    JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage JOIN ledger.batch b ON b.batch = g.batch
    WHERE g.receiver = %(creator)s AND g.flags & 4 = 0
    ORDER BY g.sender, b.recorded_at, g.batch, g.leaf
)
SELECT h.sender FROM here h
LEFT JOIN elsewhere e ON e.sender = h.sender
LEFT JOIN insights.gifter f ON f.creator = %(creator)s AND f.gifter = h.sender
WHERE (f.first_day IS NULL OR f.first_day >= (h.at AT TIME ZONE 'UTC')::date)
    AND (e.sender IS NULL OR (e.at, e.batch, e.leaf) > (h.at, h.batch, h.leaf))
ORDER BY h.sender
