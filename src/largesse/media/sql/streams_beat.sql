-- Says that a process still packs these runs; those that it may go on with. holder, ids, runs, key_numbers
UPDATE media.stream s SET beat_at = now()
FROM unnest(%(ids)s::uuid[], %(runs)s::integer[], %(key_numbers)s::integer[]) AS held (id, run, key_number)
WHERE s.id = held.id AND s.run = held.run AND s.holder = %(holder)s AND s.open
    AND s.key_number = held.key_number
RETURNING s.id, s.run
