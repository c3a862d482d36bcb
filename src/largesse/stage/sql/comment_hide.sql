-- Hides a comment of a room. id: uuid; stage; actor: account
UPDATE stage.comment SET hidden_by = coalesce(hidden_by, %(actor)s) WHERE id = %(id)s AND stage = %(stage)s RETURNING sender
