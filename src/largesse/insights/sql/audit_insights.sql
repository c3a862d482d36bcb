-- Read models that are not the sums of the gifts up to their reader's cursor, less the parts that were reversed up to its place in the outbox:
-- those are all parts in the books without those told behind that place. reader, topic: names
WITH place AS (
    SELECT r.cursor, coalesce(c.epoch, 0) AS epoch, coalesce(c.xid, '0'::xid8) AS xid, coalesce(c.id, 0) AS id
    FROM ledger.reader r LEFT JOIN kit.outbox_cursor c ON c.reader = r.name WHERE r.name = %(reader)s
), part AS (
    SELECT batch, leaf, coins, milli FROM ledger.gift_part
    UNION ALL
    SELECT (p ->> 0)::bigint, (p ->> 1)::smallint, -(p ->> 4)::bigint, -(p ->> 5)::bigint
    FROM place, kit.outbox o CROSS JOIN LATERAL jsonb_array_elements(o.body -> 'parts') p
    WHERE o.topic = %(topic)s AND (o.epoch, o.xid, o.id) > (place.epoch, place.xid, place.id)
), counted AS (
    SELECT g.receiver AS creator, floor(extract(epoch FROM b.recorded_at) / 3600)::int AS hour, g.stage, g.kind,
        CASE WHEN g.flags & 4 <> 0 THEN 0 ELSE g.sender END AS gifter, 1 AS gifts, g.count AS pieces,
        (g.coins_paid + g.coins_promo)::bigint AS coins, g.diamonds_milli AS milli
    FROM place, ledger.gift g JOIN ledger.batch b ON b.batch = g.batch WHERE g.batch <= place.cursor[(g.batch & 63) + 1]
    UNION ALL
    SELECT g.receiver, floor(extract(epoch FROM b.recorded_at) / 3600)::int, g.stage, g.kind,
        CASE WHEN g.flags & 4 <> 0 THEN 0 ELSE g.sender END, 0, 0, -p.coins, -p.milli
    FROM part p JOIN ledger.gift g ON g.batch = p.batch AND g.leaf = p.leaf JOIN ledger.batch b ON b.batch = p.batch
), dated AS (
    SELECT *, (timestamp '1970-01-01' + make_interval(hours => hour))::date AS day FROM counted
), wanted AS (
    SELECT CASE WHEN grouping(hour) = 0 THEN 'hour' WHEN grouping(stage) = 0 THEN 'live' WHEN grouping(kind) = 0 THEN 'gift' ELSE 'gifter' END AS model,
        creator, coalesce(hour, stage, kind, gifter) AS about, coalesce(day, '1970-01-01') AS day, sum(gifts)::bigint AS gifts,
        CASE WHEN grouping(kind) = 0 THEN sum(pieces)::bigint ELSE 0 END AS pieces, sum(coins)::bigint AS coins, sum(milli)::bigint AS milli
    FROM dated GROUP BY GROUPING SETS ((creator, hour), (creator, day, stage), (creator, day, kind), (creator, day, gifter))
), shown AS (
    SELECT 'hour' AS model, creator, hour AS about, date '1970-01-01' AS day, gifts, 0::bigint AS pieces, coins, milli FROM insights.hour
    UNION ALL SELECT 'live', creator, stage, day, gifts, 0, coins, milli FROM insights.live
    UNION ALL SELECT 'gift', creator, kind, day, gifts, pieces, coins, milli FROM insights.gift
    UNION ALL SELECT 'gifter', creator, gifter, day, gifts, 0, coins, milli FROM insights.gifter_day
)
SELECT format('insight %%s %%s of creator %%s, %%s', model, about, creator, day) AS about,
    format('shows %%s gifts, %%s coins, %%s milli-diamonds; the books say %%s, %%s, %%s', coalesce(s.gifts, 0), coalesce(s.coins, 0), coalesce(s.milli, 0),
        coalesce(w.gifts, 0), coalesce(w.coins, 0), coalesce(w.milli, 0)) AS detail
FROM wanted w FULL JOIN shown s USING (model, creator, about, day)
WHERE (s.gifts, s.pieces, s.coins, s.milli) IS DISTINCT FROM (w.gifts, w.pieces, w.coins, w.milli)
UNION ALL
SELECT format('gifter %%s of creator %%s', coalesce(f.gifter, d.gifter), coalesce(f.creator, d.creator)),
    format('is said to be new on %%s, gave first on %%s', f.first_day, d.day)
FROM insights.gifter f
FULL JOIN (SELECT creator, gifter, min(day) AS day FROM insights.gifter_day WHERE gifter > 0 AND gifts > 0 GROUP BY 1, 2) d
    ON (d.creator, d.gifter) = (f.creator, f.gifter)
WHERE f.first_day IS DISTINCT FROM d.day
LIMIT 1000
