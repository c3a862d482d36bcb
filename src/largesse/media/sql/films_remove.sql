-- Has films deleted, and ends their uploads. stages: int[]
WITH gone AS (
    UPDATE media.film SET state = 'removed', failure = NULL, failure_detail = NULL, holder = NULL, beat_at = NULL, upload = NULL, at = now()
    WHERE stage = ANY (%(stages)s::int[]) AND state <> 'removed' RETURNING stage
), captions AS (
    DELETE FROM media.caption c USING gone WHERE c.stage = gone.stage
)
UPDATE media.upload u SET ended_at = now() FROM gone WHERE u.film = gone.stage AND u.ended_at IS NULL
