-- What each gift brought a creator, the most diamonds first. creator; since, until: dates, both included; milli, kind: the last ones of the
-- page before; n: rows
SELECT * FROM (
    SELECT kind, sum(gifts)::bigint AS gifts, sum(pieces)::bigint AS pieces, sum(coins)::bigint AS coins, sum(milli)::bigint AS milli
    FROM insights.gift WHERE creator = %(creator)s AND day BETWEEN %(since)s AND %(until)s GROUP BY kind
) g
WHERE (g.milli, g.kind) < (%(milli)s::bigint, %(kind)s::int) ORDER BY g.milli DESC, g.kind DESC LIMIT %(n)s
