-- A creator's LIVEs and videos on which something was given, the newest first. creator; since, until: dates, both included; before: the last
-- key of the page before; n: rows
SELECT stage, sum(gifts)::bigint AS gifts, sum(coins)::bigint AS coins, sum(milli)::bigint AS milli FROM insights.live
WHERE creator = %(creator)s AND day BETWEEN %(since)s AND %(until)s AND stage < %(before)s
GROUP BY stage ORDER BY stage DESC LIMIT %(n)s
