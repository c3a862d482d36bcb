-- Says that a process still packs these runs, and what it told their publishers; those that it may go on with.
-- holder, ids, runs, key_numbers, said
UPDATE media.stream s SET beat_at = now(), said = held.said
FROM unnest(%(ids)s::uuid[], %(runs)s::integer[], %(key_numbers)s::integer[], %(said)s::text[])
    AS held (id, run, key_number, said)
WHERE s.id = held.id AND s.run = held.run AND s.holder = %(holder)s AND s.open
    AND s.key_number = held.key_number
RETURNING s.id, s.run
