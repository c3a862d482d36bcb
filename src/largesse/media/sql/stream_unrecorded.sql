-- Remembers that a run is not recorded any more; nothing where that is known. id, run
UPDATE media.stream SET unrecorded_at = now() WHERE id = %(id)s AND run = %(run)s AND unrecorded_at IS NULL RETURNING id
