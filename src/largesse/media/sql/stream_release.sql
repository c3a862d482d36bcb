-- Ends a run. The stage where that was its signal and it is still open. holder, stage, run
UPDATE media.stream SET holder = NULL, beat_at = NULL, lost_at = now()
WHERE stage = %(stage)s AND run = %(run)s AND holder = %(holder)s
RETURNING open
