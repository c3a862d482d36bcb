-- Keeps the most viewers of this minute of LIVEs, of the last one where they have ended. stages: int[], viewers: int[] (of equal
-- length, no stage twice)
INSERT INTO stage.minute AS m (stage, minute, viewers)
SELECT s.key, greatest(0, floor(extract(epoch FROM least(now(), s.ended_at) - s.started_at) / 60))::int, r.viewers
FROM unnest(%(stages)s::int[], %(viewers)s::int[]) AS r (stage, viewers) JOIN stage.stage s ON s.key = r.stage
WHERE s.kind = 'live' AND s.started_at IS NOT NULL ORDER BY s.key
ON CONFLICT (stage, minute) DO UPDATE SET viewers = greatest(m.viewers, excluded.viewers)
