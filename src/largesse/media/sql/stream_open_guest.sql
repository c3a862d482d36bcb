-- Lets a guest publish beside a LIVE's creator, while that one may; who was shut out before gets another key.
-- stage, id (the stream's), live, guest, guest_id
INSERT INTO media.stream AS s (stage, id, live, creator, guest, guest_id, private)
SELECT c.stage, %(id)s, c.live, c.creator, %(guest)s, %(guest_id)s, c.private
FROM media.stream c WHERE c.stage = %(stage)s AND c.id = %(live)s AND c.guest IS NULL AND c.open
ON CONFLICT (id) DO UPDATE SET open = true, replay_s = NULL, private = excluded.private,
    key_number = s.key_number + (NOT s.open)::integer
RETURNING stage, id, live, guest, guest_id, creator, open, key_number, run, holder IS NOT NULL AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private
