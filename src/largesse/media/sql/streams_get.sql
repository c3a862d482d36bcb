-- Streams of LIVEs' creators. stages
SELECT stage, id, live, guest, guest_id, creator, open, key_number, run, holder IS NOT NULL AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private
FROM media.stream WHERE stage = ANY(%(stages)s::integer[]) AND guest IS NULL
