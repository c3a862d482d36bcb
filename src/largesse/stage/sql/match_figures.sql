-- Writes what sides of running matches stand at. One that is being settled is passed over: its scores come from the journal.
-- All arrays are of equal length. matches, stages: int[]; scores: bigint[]
WITH free AS (
    SELECT s.match, s.stage, r.score FROM unnest(%(matches)s::int[], %(stages)s::int[], %(scores)s::bigint[]) AS r (match, stage, score)
    JOIN stage.match_side s ON s.match = r.match AND s.stage = r.stage
    WHERE s.running AND s.score <> r.score FOR NO KEY UPDATE OF s SKIP LOCKED
)
UPDATE stage.match_side s SET score = f.score FROM free f WHERE s.match = f.match AND s.stage = f.stage AND s.running
