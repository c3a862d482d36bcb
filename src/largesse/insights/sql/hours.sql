-- A creator's hours in which something was given, oldest first. creator; since, until: hours since 1970, both included; after: the last
-- hour of the page before; n: rows
SELECT hour, gifts, coins, milli FROM insights.hour
WHERE creator = %(creator)s AND hour BETWEEN greatest(%(since)s, %(after)s::int + 1) AND %(until)s ORDER BY hour LIMIT %(n)s
