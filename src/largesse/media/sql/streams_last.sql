-- Says that holders go on, each of which holds one stream. A row that another has in hand is being beaten, or ends.
-- holders
UPDATE media.stream SET beat_at = now()
WHERE id IN (
    SELECT id FROM media.stream WHERE holder = ANY(%(holders)s::text[]) FOR NO KEY UPDATE SKIP LOCKED
)
