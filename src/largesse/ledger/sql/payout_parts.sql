-- Which days of a creator a payout reserved, stripes summed, oldest first. payout: its transfer
SELECT day, policy, sum(milli)::bigint AS milli FROM ledger.payout_part WHERE payout = %(payout)s GROUP BY day, policy ORDER BY day, policy
