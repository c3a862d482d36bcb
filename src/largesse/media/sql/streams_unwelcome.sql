-- Streams of an external engine's connections that may not go on: shut, or with a key that was replaced meanwhile.
-- engine: how their holders begin, `engine:connection:key number`
SELECT stage, id, live, guest, guest_id, creator, open, key_number, run, true AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private, split_part(holder, ':', 2) AS connection
FROM media.stream
WHERE split_part(holder, ':', 1) = %(engine)s AND (NOT open OR split_part(holder, ':', 3) <> key_number::text)
