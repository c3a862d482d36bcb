-- What the gifts between two cursors gave, by policy; `paid_milli` is what paid coins made of its milli-diamonds, `micros` a diamond's value.
-- before, after: bigint[64], by stripe; first, last: batches around them; id_low, id_high: bounds of ids, which name the partitions
SELECT count(*) AS gifts, sum(g.coins_paid)::bigint AS coins_paid, sum(g.coins_promo)::bigint AS coins_promo,
    sum(g.diamonds_milli)::bigint AS diamonds_milli, sum(g.coins_paid)::bigint * v.share_bps / 10 AS paid_milli, v.diamond_value_micros AS micros
FROM ledger.gift g JOIN policy.version v ON v.key = g.policy
WHERE g.batch BETWEEN %(first)s AND %(last)s AND g.id >= %(id_low)s AND g.id < %(id_high)s
    AND g.batch > (%(before)s::bigint[])[(g.batch & 63) + 1] AND g.batch <= (%(after)s::bigint[])[(g.batch & 63) + 1]
GROUP BY v.key ORDER BY v.key
