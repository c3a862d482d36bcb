-- Gives a LIVE's creator another key; the last one is refused from here on. stage
UPDATE media.stream SET key_number = key_number + 1 WHERE stage = %(stage)s AND guest IS NULL AND open
RETURNING key_number
