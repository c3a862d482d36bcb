-- Begins a publisher's run: whoever publishes ends, unless `wait` asks that a process that still beats be left alone.
-- id, key_number (null: known by other means), holder, wait, silent_s
UPDATE media.stream SET run = run + 1, holder = %(holder)s, beat_at = now(), lost_at = NULL,
    unrecorded_at = NULL, said = NULL
WHERE id = %(id)s AND open
    AND (%(key_number)s::integer IS NULL OR key_number = %(key_number)s)
    AND (NOT %(wait)s OR holder IS NULL OR holder = %(holder)s OR beat_at < now() - make_interval(secs => %(silent_s)s))
RETURNING stage, id, live, guest, guest_id, creator, open, key_number, run, true AS held, lost_at, replay_s,
    still_at, unrecorded_at, drop_because, said, private
