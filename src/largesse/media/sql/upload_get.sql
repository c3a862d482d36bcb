-- An upload. id: uuid
SELECT id, film, creator, length, name, kind, expires_at, ended_at, completed FROM media.upload WHERE id = %(id)s
