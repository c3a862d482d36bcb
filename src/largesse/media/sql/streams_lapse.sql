-- Ends runs whose process no longer beats. silent_s
UPDATE media.stream SET holder = NULL, beat_at = NULL, lost_at = now()
WHERE holder IS NOT NULL AND beat_at < now() - make_interval(secs => %(silent_s)s)
RETURNING stage, id, live, guest, guest_id, creator, open, key_number, run, false AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private
