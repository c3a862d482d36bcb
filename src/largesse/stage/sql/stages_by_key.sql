-- Stages by key. keys: int[]
SELECT * FROM stage.stage WHERE key = ANY (%(keys)s::int[])
