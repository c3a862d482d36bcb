-- Drops the goal of a LIVE; nothing where none stands. stage
UPDATE stage.goal SET dropped_at = now() WHERE stage = %(stage)s AND dropped_at IS NULL RETURNING key
