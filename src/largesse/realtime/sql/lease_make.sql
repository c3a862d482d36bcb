-- Takes rooms that never had an owner. owner: text; stages: int[]; rooms_max
INSERT INTO realtime.lease AS l (stage, owner)
SELECT s, %(owner)s FROM unnest(%(stages)s::int[]) s
WHERE NOT EXISTS (SELECT 1 FROM realtime.lease k WHERE k.stage = s)
ORDER BY s LIMIT %(rooms_max)s
ON CONFLICT (stage) DO NOTHING
RETURNING l.stage
