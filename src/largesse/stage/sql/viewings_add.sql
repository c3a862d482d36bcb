-- Remembers unique viewers. stages: int[], viewers: bigint[] (two of equal length)
INSERT INTO stage.viewing (stage, viewer)
SELECT DISTINCT r.stage, r.viewer FROM unnest(%(stages)s::int[], %(viewers)s::bigint[]) AS r (stage, viewer)
ORDER BY 1, 2
ON CONFLICT DO NOTHING
