-- A film is made, as in media.film. holder: this process
UPDATE media.film SET state = 'ready', holder = NULL, beat_at = NULL, progress = 100, at = now(),
    duration_ms = %(duration_ms)s, width = %(width)s, height = %(height)s, file_bytes = %(file_bytes)s
WHERE stage = %(stage)s AND holder = %(holder)s AND state = 'processing' RETURNING true
