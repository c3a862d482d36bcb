-- Remembers that a stream's still picture was taken. id
UPDATE media.stream SET still_at = now() WHERE id = %(id)s AND drop_because IS NULL
