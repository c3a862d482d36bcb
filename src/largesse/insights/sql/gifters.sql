-- Who gave to a creator, the most coins first; giver 0 is all who gave anonymously. creator; since, until: dates, both included; coins,
-- gifter: the last ones of the page before; n: rows
SELECT d.*, f.first_day FROM (
    SELECT gifter, sum(gifts)::bigint AS gifts, sum(coins)::bigint AS coins, sum(milli)::bigint AS milli
    FROM insights.gifter_day WHERE creator = %(creator)s AND day BETWEEN %(since)s AND %(until)s GROUP BY gifter
) d
LEFT JOIN insights.gifter f ON f.creator = %(creator)s AND f.gifter = d.gifter
WHERE (d.coins, d.gifter) < (%(coins)s::bigint, %(gifter)s::int) ORDER BY d.coins DESC, d.gifter DESC LIMIT %(n)s
