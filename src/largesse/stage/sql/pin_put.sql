-- Pins a comment of a room that is not hidden, in the place of the one before; nothing where there is no such. stage, comment
INSERT INTO stage.pin (stage, comment)
SELECT stage, id FROM stage.comment WHERE stage = %(stage)s AND id = %(comment)s AND hidden_by IS NULL
ON CONFLICT (stage) DO UPDATE SET comment = excluded.comment, at = now()
RETURNING (SELECT sender FROM stage.comment WHERE id = %(comment)s)
