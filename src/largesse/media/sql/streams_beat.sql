-- Says that a process still packs these runs; those that it may go on with. holder, stages, runs, key_numbers
UPDATE media.stream s SET beat_at = now()
FROM unnest(%(stages)s::integer[], %(runs)s::integer[], %(key_numbers)s::integer[]) AS held (stage, run, key_number)
WHERE s.stage = held.stage AND s.run = held.run AND s.holder = %(holder)s AND s.open
    AND s.key_number = held.key_number
RETURNING s.stage, s.run
