-- Writes the scores of a match that is being settled, before it is. match; stages: int[]; scores: bigint[]
UPDATE stage.match_side s SET score = r.score, running = false
FROM unnest(%(stages)s::int[], %(scores)s::bigint[]) AS r (stage, score) WHERE s.match = %(match)s AND s.stage = r.stage
