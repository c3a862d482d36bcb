-- Counts viewers of running stages. stages: int[], peaks: int[], seconds: bigint[] (of equal length, no stage twice)
UPDATE stage.stage s SET viewers_peak = greatest(s.viewers_peak, r.peak), viewer_seconds = s.viewer_seconds + r.seconds
FROM unnest(%(stages)s::int[], %(peaks)s::int[], %(seconds)s::bigint[]) AS r (stage, peak, seconds)
WHERE s.key = r.stage AND s.status <> 'scheduled'
