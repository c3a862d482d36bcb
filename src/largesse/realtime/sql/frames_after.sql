-- Frames of rooms behind a place each, in order. stages: int[], afters: bigint[] (two of equal length); limit: frames a room
SELECT r.stage, f.body
FROM unnest(%(stages)s::int[], %(afters)s::bigint[]) AS r (stage, after)
CROSS JOIN LATERAL (
    SELECT k.seq, k.body FROM realtime.frame k WHERE k.stage = r.stage AND k.seq > r.after ORDER BY k.seq LIMIT %(limit)s
) f
ORDER BY r.stage, f.seq
