-- Matches that run between LIVEs of which one is given. stages: int[]
SELECT m.* FROM stage.shown_match m
WHERE m.key IN (SELECT s.match FROM stage.match_side s WHERE s.stage = ANY (%(stages)s::int[]) AND s.running)
