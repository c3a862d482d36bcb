-- A room's questions of a status behind an id, oldest first. stage, status, after: uuid, limit
SELECT id, sender, text, status, at FROM stage.question
WHERE stage = %(stage)s AND status = %(status)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
