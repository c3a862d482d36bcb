-- Write down what the gifts between two cursors cost by lot, and sum it by currency ('' for coins without one). Coins of a lot at places
-- [a, b) of its line are worth what `Lot.worth_at` says: rounded up on the running sum from its start. A spent coin's lot never moves, so
-- no wallet is locked. Each OFFSET 0 keeps the planner on the way from givers to their lots.
-- hour; before, after: bigint[64], by stripe; first, last: batches around them; id_low, id_high: bounds of ids, which name the partitions
WITH spent AS MATERIALIZED (
    SELECT g.sender, range_agg(int8range(g.paid_before, g.paid_before + g.coins_paid)) AS at FROM ledger.gift g
    WHERE g.batch BETWEEN %(first)s AND %(last)s AND g.id >= %(id_low)s AND g.id < %(id_high)s AND g.coins_paid > 0
        AND g.batch > (%(before)s::bigint[])[(g.batch & 63) + 1] AND g.batch <= (%(after)s::bigint[])[(g.batch & 63) + 1]
    GROUP BY g.sender
), piece AS (
    SELECT l.key AS lot, l.currency, upper(p.at) - lower(p.at) AS coins,
        ceil(l.net_minor::numeric * (upper(p.at) - l.start) / l.coins) - ceil(l.net_minor::numeric * (lower(p.at) - l.start) / l.coins) AS net
    FROM spent s CROSS JOIN LATERAL (
        SELECT l.key, l.currency, l.start, l.coins, l.net_minor, l.start + l.coins - l.removed - l.to_debt AS finish
        FROM ledger.lot l WHERE l.account = s.sender AND l.class = 'paid' OFFSET 0
    ) l CROSS JOIN LATERAL unnest(s.at * int8multirange(int8range(l.start, l.finish))) AS p (at)
), cost AS MATERIALIZED (
    SELECT lot, currency, sum(coins)::bigint AS coins, sum(net)::bigint AS net_minor FROM piece GROUP BY lot, currency
), put AS (
    INSERT INTO ledger.hour_lot (hour, lot, coins, net_minor) SELECT %(hour)s, lot, coins, net_minor FROM cost ORDER BY lot
)
SELECT coalesce(currency, '') AS currency, sum(coins)::bigint AS coins, sum(net_minor)::bigint AS net_minor FROM cost GROUP BY 1 ORDER BY 1
