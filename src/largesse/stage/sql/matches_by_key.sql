-- Matches by key, in no order. keys: int[]
SELECT m.* FROM stage.shown_match m
WHERE m.key = ANY (%(keys)s::int[])
