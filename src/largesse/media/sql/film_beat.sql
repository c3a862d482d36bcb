-- Says that a film is being made. stage; holder: this process; progress: percent, null leaves it
UPDATE media.film SET beat_at = now(), progress = coalesce(%(progress)s::smallint, progress)
WHERE stage = %(stage)s AND holder = %(holder)s AND state = 'processing' RETURNING true
