-- What was given on LIVEs and videos, all days together. stages: int[]
SELECT stage, sum(gifts)::bigint AS gifts, sum(coins)::bigint AS coins FROM insights.live
WHERE stage = ANY (%(stages)s::int[]) GROUP BY stage
