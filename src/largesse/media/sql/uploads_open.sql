-- Uploads on their way, of films. stages: int[]
SELECT id, film, creator, length, name, kind, expires_at, ended_at, completed FROM media.upload
WHERE film = ANY (%(stages)s::int[]) AND ended_at IS NULL AND expires_at > now()
