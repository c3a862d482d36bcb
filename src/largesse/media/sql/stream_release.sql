-- Ends a run. Whether that was its signal and it is still open. holder, id, run, said
UPDATE media.stream SET holder = NULL, beat_at = NULL, lost_at = now(), said = %(said)s
WHERE id = %(id)s AND run = %(run)s AND holder = %(holder)s
RETURNING open
