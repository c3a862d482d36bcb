-- Counts likes. stages: int[], counts: bigint[] (two of equal length, no stage twice)
UPDATE stage.stage s SET likes = s.likes + r.n
FROM unnest(%(stages)s::int[], %(counts)s::bigint[]) AS r (stage, n) WHERE s.key = r.stage
