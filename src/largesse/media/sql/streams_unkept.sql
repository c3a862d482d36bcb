-- Streams that are shut, and of which it is not known yet what was recorded. limit
SELECT stage, id, live, guest, guest_id, creator, open, key_number, run, holder IS NOT NULL AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private
FROM media.stream WHERE NOT open AND holder IS NULL AND run > 0 AND replay_s IS NULL ORDER BY stage LIMIT %(limit)s
