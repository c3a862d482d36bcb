-- The goals of LIVEs that stand, one a LIVE at most. stages: int[]
SELECT * FROM stage.goal WHERE stage = ANY (%(stages)s::int[]) AND dropped_at IS NULL
