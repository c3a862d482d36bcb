-- Streams that connections of an external engine hold. engine: how their holders begin, `engine:connection:key number`
SELECT stage, id, live, guest, guest_id, creator, open, key_number, run, true AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private, holder
FROM media.stream
WHERE split_part(holder, ':', 1) = %(engine)s
