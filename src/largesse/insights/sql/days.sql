-- A creator's days, oldest first: what came, from how many new and returning givers by name, and what of it was theirs.
-- creator; since, until: dates, both included
SELECT d.day, d.gifts, d.coins, d.milli, coalesce(n.gifters, 0) AS new_gifters, d.gifters - coalesce(n.gifters, 0) AS returning_gifters,
    coalesce(n.milli, 0) AS new_milli, d.milli - d.anonymous_milli - coalesce(n.milli, 0) AS returning_milli, d.anonymous_milli
FROM (
    SELECT day, sum(gifts)::bigint AS gifts, sum(coins)::bigint AS coins, sum(milli)::bigint AS milli,
        count(*) FILTER (WHERE gifter > 0) AS gifters, coalesce(sum(milli) FILTER (WHERE gifter = 0), 0)::bigint AS anonymous_milli
    FROM insights.gifter_day WHERE creator = %(creator)s AND day BETWEEN %(since)s AND %(until)s GROUP BY day
) d
LEFT JOIN (
    SELECT g.first_day AS day, count(*) AS gifters, sum(t.milli)::bigint AS milli
    FROM insights.gifter g JOIN insights.gifter_day t ON (t.creator, t.day, t.gifter) = (g.creator, g.first_day, g.gifter)
    WHERE g.creator = %(creator)s AND g.first_day BETWEEN %(since)s AND %(until)s GROUP BY g.first_day
) n ON n.day = d.day
ORDER BY d.day
