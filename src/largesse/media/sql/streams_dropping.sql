-- Streams whose files shall go and are not gone yet, which nobody packs any more. limit
SELECT stage, id, live, guest, guest_id, creator, open, key_number, run, holder IS NOT NULL AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private
FROM media.stream WHERE drop_because IS NOT NULL AND dropped_at IS NULL AND holder IS NULL ORDER BY stage LIMIT %(limit)s
