-- Takes over rooms whose owner was silent too long; the epoch grows. owner: text; stages: int[]; silent_s: seconds; rooms_max
UPDATE realtime.lease l SET owner = %(owner)s, epoch = l.epoch + 1, heartbeat_at = now()
FROM (
    SELECT k.stage FROM realtime.lease k
    WHERE k.stage = ANY (%(stages)s::int[]) AND k.heartbeat_at < now() - make_interval(secs => %(silent_s)s)
    ORDER BY k.stage LIMIT %(rooms_max)s FOR NO KEY UPDATE SKIP LOCKED
) free
WHERE l.stage = free.stage
RETURNING l.stage
