-- Counts likes, of a LIVE by its minutes too. stages: int[], counts: bigint[] (two of equal length, no stage twice)
WITH liked AS (
    UPDATE stage.stage s SET likes = s.likes + r.n
    FROM unnest(%(stages)s::int[], %(counts)s::bigint[]) AS r (stage, n) WHERE s.key = r.stage
    RETURNING s.key, s.kind, s.started_at, s.ended_at, r.n
)
INSERT INTO stage.minute AS m (stage, minute, likes)
SELECT key, greatest(0, floor(extract(epoch FROM least(now(), ended_at) - started_at) / 60))::int, n
FROM liked WHERE kind = 'live' AND started_at IS NOT NULL ORDER BY key
ON CONFLICT (stage, minute) DO UPDATE SET likes = m.likes + excluded.likes
