-- Hours that are not what their gifts are, lots whose closed coins are not worth what their places say, entries that do not follow from their
-- hours, and what the books owe for coins where that is not what is left of the lots.
WITH hour AS (
    SELECT h.*, lag(h.cursor, 1, array_fill(0::bigint, ARRAY[64])) OVER (ORDER BY h.hour) AS before,
        lag(h.creators_total, 1, 0::numeric) OVER (ORDER BY h.hour) AS creators_before,
        lag(h.promotion_total, 1, 0::numeric) OVER (ORDER BY h.hour) AS promotion_before
    FROM ledger.hour h
), batch AS MATERIALIZED (
    SELECT b.batch, b.recorded_at, coalesce(h.hour, -1) AS hour
    FROM ledger.batch b LEFT JOIN (
        SELECT h.hour, s AS stripe, h.before[s + 1] AS low, h.cursor[s + 1] AS high FROM hour h, generate_series(0, 63) s
        WHERE h.before[s + 1] < h.cursor[s + 1]
    ) h ON h.stripe = (b.batch & 63) AND b.batch > h.low AND b.batch <= h.high
), given AS MATERIALIZED (
    SELECT b.hour, g.policy, count(*) AS gifts, sum(g.coins_paid) AS coins_paid, sum(g.coins_promo) AS coins_promo,
        sum(g.diamonds_milli) AS milli, sum(g.coins_paid) * v.share_bps / 10 AS paid_milli, v.diamond_value_micros AS micros
    FROM ledger.gift g JOIN batch b ON b.batch = g.batch JOIN policy.version v ON v.key = g.policy
    GROUP BY b.hour, g.policy, v.share_bps, v.diamond_value_micros
), counted AS (
    SELECT hour, sum(gifts) AS gifts, sum(coins_paid) AS coins_paid, sum(coins_promo) AS coins_promo, sum(milli) AS milli,
        trunc(sum(paid_milli * micros)) AS creators, trunc(sum((milli - paid_milli) * micros)) AS promotion
    FROM given GROUP BY hour
), open AS (
    SELECT g.sender, range_agg(int8range(g.paid_before, g.paid_before + g.coins_paid)) AS at
    FROM batch b JOIN ledger.gift g ON g.batch = b.batch WHERE b.hour = -1 AND g.coins_paid > 0 GROUP BY g.sender
), lot AS MATERIALIZED (
    SELECT l.key, l.account, l.currency, l.coins, l.net_minor, l.start, int8multirange(int8range(l.start,
            greatest(l.start, least(l.start + l.coins - l.removed - l.to_debt, w.paid_out)))) - coalesce(o.at, '{}') AS at
    FROM ledger.lot l JOIN ledger.wallet w ON w.account = l.account LEFT JOIN open o ON o.sender = l.account WHERE l.class = 'paid'
), closed AS (
    SELECT l.key, l.account, l.currency, l.net_minor, coalesce(p.coins, 0) AS coins, coalesce(p.net, 0) AS net
    FROM lot l CROSS JOIN LATERAL (
        SELECT sum(upper(p.at) - lower(p.at)) AS coins,
            sum(ceil(l.net_minor::numeric * (upper(p.at) - l.start) / l.coins) - ceil(l.net_minor::numeric * (lower(p.at) - l.start) / l.coins)) AS net
        FROM unnest(l.at) AS p (at)
    ) p
), written AS (
    SELECT lot, sum(coins) AS coins, sum(net_minor) AS net FROM ledger.hour_lot GROUP BY lot
), legs AS (
    SELECT h.hour, l.book, l.currency, sum(l.amount) AS amount FROM ledger.hour h JOIN ledger.leg l ON l.transfer = h.transfer GROUP BY 1, 2, 3
), due AS (
    SELECT hour, b.book, c.currency, c.net * b.sign AS amount FROM (
        SELECT w.hour, l.currency, sum(w.net_minor) AS net FROM ledger.hour_lot w JOIN ledger.lot l ON l.key = w.lot
        WHERE l.currency IS NOT NULL GROUP BY 1, 2
    ) c, (VALUES (31, 1), (41, -1)) AS b (book, sign)
    UNION ALL SELECT hour, b.book, 'USD', b.amount FROM (
        SELECT h.hour, r.creators, r.promotion FROM hour h CROSS JOIN LATERAL (
            SELECT sum(c.sign * c.cents) FILTER (WHERE c.promotion = 0) AS creators, sum(c.sign * c.cents) FILTER (WHERE c.promotion = 1) AS promotion
            FROM (
                SELECT t.sign, t.promotion, CASE WHEN 2 * mod(t.total, 10000000) = 10000000 THEN 2 * div(div(t.total, 10000000) + 1, 2)
                    ELSE round(t.total / 10000000) END AS cents
                FROM (VALUES (1, 0, h.creators_total), (-1, 0, h.creators_before), (1, 1, h.promotion_total), (-1, 1, h.promotion_before)) AS t (sign, promotion, total)
            ) c
        ) r
    ) h CROSS JOIN LATERAL (VALUES (53, creators), (54, promotion), (33, -creators - promotion)) AS b (book, amount)
), owed AS (
    SELECT currency, -sum(amount) AS minor FROM ledger.leg WHERE book = 31 GROUP BY currency
), left_in AS (
    SELECT l.currency, sum(l.net_minor) - coalesce(sum(c.net), 0) - coalesce(sum(w.net), 0) AS minor
    FROM ledger.lot l LEFT JOIN written w ON w.lot = l.key LEFT JOIN (
        SELECT lot, sum(net_minor) AS net FROM ledger.lot_cut WHERE what IN ('removed', 'to_debt') GROUP BY lot
    ) c ON c.lot = l.key WHERE l.currency IS NOT NULL GROUP BY l.currency
)
SELECT 'hour ' || coalesce(h.hour, c.hour) AS about, format('says %s gifts, %s + %s coins, %s milli-diamonds; its gifts are %s, %s + %s, %s', h.gifts,
    h.coins_paid, h.coins_promo, h.diamonds_milli, c.gifts, c.coins_paid, c.coins_promo, c.milli) AS detail
FROM hour h LEFT JOIN counted c ON c.hour = h.hour
WHERE (h.gifts, h.coins_paid, h.coins_promo, h.diamonds_milli, h.creators_total - h.creators_before, h.promotion_total - h.promotion_before)
    IS DISTINCT FROM (c.gifts, c.coins_paid::bigint, c.coins_promo::bigint, c.milli::bigint, c.creators, c.promotion)
UNION ALL
SELECT 'hour ' || h.hour, 'ends before the one before it in a stripe' FROM hour h WHERE EXISTS (SELECT FROM generate_series(1, 64) s WHERE h.cursor[s] < h.before[s])
UNION ALL
SELECT 'hour ' || b.hour, format('holds batch %s, recorded after its end', b.batch) FROM batch b
WHERE b.hour >= 0 AND b.recorded_at >= to_timestamp((b.hour + 1) * 3600.0)
UNION ALL
SELECT 'lot ' || c.key || ' of account ' || c.account, format('closed %s coins for %s, its spent ones are %s for %s', coalesce(w.coins, 0), coalesce(w.net, 0), c.coins, c.net)
FROM closed c LEFT JOIN written w ON w.lot = c.key WHERE (coalesce(w.coins, 0), coalesce(w.net, 0)) <> (c.coins, c.net)
UNION ALL
SELECT 'hour ' || coalesce(l.hour, d.hour), format('entered %s %s on book %s, due are %s', coalesce(l.amount, 0), coalesce(l.currency, d.currency), coalesce(l.book, d.book), coalesce(d.amount, 0))
FROM legs l FULL JOIN due d ON (d.hour, d.book, d.currency) = (l.hour, l.book, l.currency) WHERE coalesce(l.amount, 0) <> coalesce(d.amount, 0)
UNION ALL
SELECT 'transfer ' || t.id, 'closes an hour that is not there' FROM ledger.transfer t
WHERE t.kind = 'close' AND NOT EXISTS (SELECT FROM ledger.hour h WHERE h.transfer = t.key AND t.source = 'hour:' || h.hour)
UNION ALL
SELECT 'coins owed in ' || coalesce(o.currency, l.currency), format('%s in the books, lots hold %s', coalesce(o.minor, 0), coalesce(l.minor, 0))
FROM owed o FULL JOIN left_in l ON l.currency = o.currency WHERE coalesce(o.minor, 0) <> coalesce(l.minor, 0)
LIMIT 1000
