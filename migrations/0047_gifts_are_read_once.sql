-- What a chargeback traces is read once. The policies stood before the gifts in the plan, so the giver's batches were read again for each
-- version of the policy that there had ever been; now they are joined to what was read.
CREATE OR REPLACE FUNCTION ledger.parts_in_hold(giver integer, pieces int8range[], as_of timestamp with time zone[], disputes bigint[], since timestamp with time zone) RETURNS TABLE(batch bigint, leaf smallint, low bigint, coins bigint, milli bigint, dispute bigint, receiver integer, stage integer, day date, policy smallint, anonymous boolean)
    LANGUAGE sql STABLE
    AS $$
    SELECT g.batch, g.leaf, lower(o.part), upper(o.part) - lower(o.part), (upper(o.part) - lower(o.part)) * v.share_bps / 10, piece.dispute,
        g.receiver, g.stage, g.day, v.key, g.flags & 4 <> 0
    FROM (
        SELECT s.day, i.* FROM (
            SELECT (greatest(since, min(a.at) - make_interval(days => 1 + (SELECT max(v.hold_days) FROM policy.version v))) AT TIME ZONE 'UTC')::date
                    AS first, date '1970-01-01' + (SELECT max(p.hour) / 24 FROM ledger.sent p WHERE p.sender = giver) AS last
            FROM unnest(as_of) AS a (at) OFFSET 0
        ) d
        CROSS JOIN LATERAL (
            SELECT d.first + n AS day, (d.first + n - date '1970-01-01') * 24 AS hour, ledger.uuid_at((d.first + n - 2)::timestamp AT TIME ZONE 'UTC') AS low,
                ledger.uuid_at((d.first + n + 3)::timestamp AT TIME ZONE 'UTC') AS high
            FROM generate_series(0, d.last - d.first) AS n OFFSET 0
        ) s
        CROSS JOIN LATERAL (
            SELECT array_agg(p.batch) AS batches FROM ledger.sent p WHERE p.sender = giver AND p.hour >= s.hour AND p.hour < s.hour + 24 OFFSET 0
        ) b
        CROSS JOIN LATERAL (
            SELECT i.batch, i.leaf, i.receiver, i.stage, i.policy, i.flags, int8range(i.paid_before, i.paid_before + i.coins_paid) AS at
            FROM ledger.gift i WHERE i.batch = ANY (b.batches) AND i.sender = giver AND i.id >= s.low AND i.id < s.high OFFSET 0
        ) i OFFSET 0
    ) g
    JOIN policy.version v ON v.key = g.policy AND v.hold_days > 0
    JOIN unnest(pieces, as_of, disputes) AS piece (at, as_of, dispute)
        ON piece.at && g.at AND piece.as_of < (g.day + v.hold_days + 1)::timestamp AT TIME ZONE 'UTC'
    CROSS JOIN LATERAL (SELECT piece.at * g.at AS part) o
$$;
