-- Writes what goals stand at; what was reached once stays reached. All arrays are of equal length.
-- goals: int[], ascending; figures: bigint[]; reached: boolean[]
UPDATE stage.goal g SET figure = r.figure, reached_at = coalesce(g.reached_at, CASE WHEN r.reached THEN now() END)
FROM unnest(%(goals)s::int[], %(figures)s::bigint[], %(reached)s::boolean[]) AS r (goal, figure, reached)
WHERE g.key = r.goal AND (g.figure <> r.figure OR (r.reached AND g.reached_at IS NULL))
