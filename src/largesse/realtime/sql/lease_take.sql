-- Takes over rooms whose owner is gone or was silent too long; the epoch grows.
-- An owner is gone when nobody holds its guard (guard_hold.sql): a session that ended took the lock with it. That says
-- nothing while the server has only just started, for then every session ended, and living owners are coming back.
-- owner: text; stages: int[]; silent_s, fresh_s: seconds; rooms_max
WITH gone AS MATERIALIZED (
    SELECT o.owner
    FROM (SELECT DISTINCT k.owner FROM realtime.lease k WHERE k.stage = ANY (%(stages)s::int[]) AND k.owner <> %(owner)s) o
    WHERE pg_postmaster_start_time() < now() - make_interval(secs => %(fresh_s)s)
        AND pg_try_advisory_xact_lock_shared(19527, hashtext(o.owner))
)
UPDATE realtime.lease l SET owner = %(owner)s, epoch = l.epoch + 1, heartbeat_at = now()
FROM (
    SELECT k.stage FROM realtime.lease k
    WHERE k.stage = ANY (%(stages)s::int[])
        AND (k.heartbeat_at < now() - make_interval(secs => %(silent_s)s) OR k.owner IN (SELECT g.owner FROM gone g))
    ORDER BY k.stage LIMIT %(rooms_max)s FOR NO KEY UPDATE SKIP LOCKED
) free
WHERE l.stage = free.stage
RETURNING l.stage
