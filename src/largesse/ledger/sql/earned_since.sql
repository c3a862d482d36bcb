-- What everybody earned by gifts since a UTC day, by policy, reversed parts left out. since: date
SELECT policy, count(DISTINCT creator)::int AS creators, sum(coins)::bigint AS coins, sum(milli_in - milli_reversed)::bigint AS milli
FROM ledger.earning WHERE day >= %(since)s AND stripe < 64 GROUP BY policy ORDER BY policy
