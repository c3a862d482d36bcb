-- Removes videos: nobody sees them any more, and another can be made of the same LIVE. keys: int[]
WITH gone AS (
    UPDATE stage.video SET published = false, from_live = NULL WHERE stage = ANY (%(keys)s::int[]) RETURNING stage
)
UPDATE stage.stage s SET status = 'ended', started_at = coalesce(s.started_at, now()), ended_at = now() FROM gone g
WHERE s.key = g.stage AND s.status <> 'ended'
