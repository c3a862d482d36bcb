-- Hides a comment of a video that is to be seen. id: uuid; stage; actor: account
UPDATE stage.comment SET hidden_by = %(actor)s WHERE id = %(id)s AND stage = %(stage)s AND hidden_by IS NULL RETURNING true
