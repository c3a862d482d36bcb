-- What creators owe of gifts that clawed coins paid for and that were not reversed, where the gift's policy books it: what the coins' parts
-- come to, less those that this transfer reversed. Nothing is read from before the first policy that does. A day has the hours of its postings.
-- transfer; giver; pieces: text[] of int8range, the spans clawed; since: before the purchase
SELECT x.creator, x.policy, v.diamond_value_micros AS micros, sum(x.milli)::bigint AS milli
FROM (
    SELECT g.receiver AS creator, v.key AS policy, (upper(g.at * piece.at) - lower(g.at * piece.at)) * v.share_bps / 10 AS milli
    FROM (
        SELECT (greatest(%(since)s, (SELECT min(p.effective_at) - interval '1 day' FROM policy.version p WHERE p.receivable)) AT TIME ZONE 'UTC')::date AS first,
            date '1970-01-01' + (SELECT max(p.hour) / 24 FROM ledger.sent p WHERE p.sender = %(giver)s) AS last
        WHERE EXISTS (SELECT FROM policy.version p WHERE p.receivable) OFFSET 0
    ) d
    CROSS JOIN LATERAL (
        SELECT (d.first + n - date '1970-01-01') * 24 AS hour, ledger.uuid_at((d.first + n - 2)::timestamp AT TIME ZONE 'UTC') AS low,
            ledger.uuid_at((d.first + n + 3)::timestamp AT TIME ZONE 'UTC') AS high
        FROM generate_series(0, d.last - d.first) AS n OFFSET 0
    ) s
    CROSS JOIN LATERAL (
        SELECT array_agg(p.batch) AS batches FROM ledger.sent p WHERE p.sender = %(giver)s AND p.hour >= s.hour AND p.hour < s.hour + 24 OFFSET 0
    ) b
    CROSS JOIN LATERAL (
        SELECT i.receiver, i.policy, int8range(i.paid_before, i.paid_before + i.coins_paid) AS at
        FROM ledger.gift i WHERE i.batch = ANY (b.batches) AND i.sender = %(giver)s AND i.id >= s.low AND i.id < s.high OFFSET 0
    ) g
    JOIN policy.version v ON v.key = g.policy
    JOIN unnest(%(pieces)s::text[]::int8range[]) AS piece (at) ON piece.at && g.at
    UNION ALL
    SELECT p.receiver, p.policy, -p.milli FROM ledger.gift_part p WHERE p.transfer = %(transfer)s
) x JOIN policy.version v ON v.key = x.policy
WHERE v.receivable AND v.diamond_value_micros > 0
GROUP BY x.creator, x.policy, v.diamond_value_micros HAVING sum(x.milli) > 0
ORDER BY x.creator, x.policy
