-- Adds the gifts of batches, less parts of gifts that were reversed, to every read model at once. batches: bigint[]; parts' batch: bigint[]
-- (part_batches), leaf: smallint[] (leaves), coins and milli: bigint[] (of equal length; negative ones came back)
-- Rows are written in the order of their keys, and one fold runs at a time (fold_lock.sql).
WITH gift AS MATERIALIZED (
    SELECT g.receiver AS creator, floor(extract(epoch FROM b.recorded_at) / 3600)::int AS hour, g.stage, g.kind,
        CASE WHEN g.flags & 4 <> 0 THEN 0 ELSE g.sender END AS gifter, count(*) AS gifts, sum(g.count) AS pieces,
        sum(g.coins_paid + g.coins_promo) AS coins, sum(g.diamonds_milli) AS milli
    FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch
    WHERE g.batch = ANY (%(batches)s::bigint[]) GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT g.receiver, floor(extract(epoch FROM b.recorded_at) / 3600)::int, g.stage, g.kind,
        CASE WHEN g.flags & 4 <> 0 THEN 0 ELSE g.sender END, 0, 0, -sum(r.coins), -sum(r.milli)
    FROM unnest(%(part_batches)s::bigint[], %(leaves)s::smallint[], %(coins)s::bigint[], %(milli)s::bigint[]) AS r (batch, leaf, coins, milli)
    JOIN ledger.gift g ON g.batch = r.batch AND g.leaf = r.leaf JOIN ledger.batch b ON b.batch = r.batch GROUP BY 1, 2, 3, 4, 5
), dated AS MATERIALIZED (
    SELECT *, (timestamp '1970-01-01' + make_interval(hours => hour))::date AS day FROM gift
), hourly AS (
    INSERT INTO insights.hour AS t (creator, hour, gifts, coins, milli)
    SELECT creator, hour, sum(gifts), sum(coins), sum(milli) FROM dated GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (creator, hour) DO UPDATE
    SET gifts = t.gifts + excluded.gifts, coins = t.coins + excluded.coins, milli = t.milli + excluded.milli
), by_live AS (
    INSERT INTO insights.live AS t (creator, day, stage, gifts, coins, milli)
    SELECT creator, day, stage, sum(gifts), sum(coins), sum(milli) FROM dated GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (creator, day, stage) DO UPDATE
    SET gifts = t.gifts + excluded.gifts, coins = t.coins + excluded.coins, milli = t.milli + excluded.milli
), by_gift AS (
    INSERT INTO insights.gift AS t (creator, day, kind, gifts, pieces, coins, milli)
    SELECT creator, day, kind, sum(gifts), sum(pieces), sum(coins), sum(milli) FROM dated GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (creator, day, kind) DO UPDATE
    SET gifts = t.gifts + excluded.gifts, pieces = t.pieces + excluded.pieces, coins = t.coins + excluded.coins, milli = t.milli + excluded.milli
), by_gifter AS (
    INSERT INTO insights.gifter_day AS t (creator, day, gifter, gifts, coins, milli)
    SELECT creator, day, gifter, sum(gifts), sum(coins), sum(milli) FROM dated GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (creator, day, gifter) DO UPDATE
    SET gifts = t.gifts + excluded.gifts, coins = t.coins + excluded.coins, milli = t.milli + excluded.milli
)
INSERT INTO insights.gifter AS t (creator, gifter, first_day)
SELECT creator, gifter, min(day) FROM dated WHERE gifter > 0 AND gifts > 0 GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (creator, gifter) DO UPDATE SET first_day = excluded.first_day WHERE excluded.first_day < t.first_day
