-- The oldest broadcast that waits, locked; other workers take another one. `stale`: what it says is true no longer.
SELECT b.key, b.stage, b.kind, b.told_until, t.creator,
    (b.kind IN ('announced', 'moved', 'soon') AND (t.status <> 'scheduled' OR t.scheduled_at IS DISTINCT FROM b.scheduled_at))
        OR (b.kind = 'started' AND t.status <> 'live') OR (b.kind = 'cancelled' AND t.scheduled_at IS NOT NULL) AS stale
FROM stage.broadcast b JOIN stage.stage t ON t.key = b.stage
WHERE b.done_at IS NULL ORDER BY b.key LIMIT 1 FOR NO KEY UPDATE OF b SKIP LOCKED
