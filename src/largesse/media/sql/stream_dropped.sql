-- Remembers that a stream's files are gone. id
UPDATE media.stream SET dropped_at = now(), replay_s = 0, still_at = NULL WHERE id = %(id)s
