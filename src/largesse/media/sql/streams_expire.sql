-- Lets recordings go that are older than may be, the oldest first. days, limit
UPDATE media.stream SET drop_because = 'expired'
WHERE id IN (
    SELECT id FROM media.stream
    WHERE NOT open AND replay_s > 0 AND drop_because IS NULL AND lost_at < now() - make_interval(days => %(days)s)
    ORDER BY lost_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
