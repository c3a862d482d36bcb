-- A creator's earnings by day and policy, stripes summed; milli_granted is in milli_in, and no gift's. creator
SELECT day, policy, sum(gifts)::bigint AS gifts, sum(coins)::bigint AS coins, sum(milli_in)::bigint AS milli_in,
    sum(milli_reversed)::bigint AS milli_reversed, sum(milli_held)::bigint AS milli_held, sum(milli_reserved)::bigint AS milli_reserved,
    sum(milli_redeemed)::bigint AS milli_redeemed, coalesce(sum(milli_in) FILTER (WHERE stripe = 64), 0)::bigint AS milli_granted
FROM ledger.earning WHERE creator = %(creator)s GROUP BY day, policy ORDER BY day, policy
