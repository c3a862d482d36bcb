-- Takes the film that waits longest, or whose maker is silent. holder: this process; silent_s: seconds
UPDATE media.film SET holder = %(holder)s, beat_at = now(), attempt = attempt + 1, progress = 0
WHERE stage = (
    SELECT stage FROM media.film
    WHERE state = 'processing' AND (holder IS NULL OR beat_at < now() - make_interval(secs => %(silent_s)s))
    ORDER BY at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING stage, id, creator, state, recording, upload, failure, failure_detail, progress, duration_ms, width, height, file_bytes, attempt
