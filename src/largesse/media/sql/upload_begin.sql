-- Begins an upload of a film, as in media.upload, and ends the one before. hours: until it expires
WITH others AS (
    UPDATE media.upload SET ended_at = now() WHERE film = %(film)s AND ended_at IS NULL
), filmed AS (
    UPDATE media.film SET state = 'uploading', upload = %(id)s, failure = NULL, failure_detail = NULL, progress = 0, at = now()
    WHERE stage = %(film)s
)
INSERT INTO media.upload (id, film, creator, length, name, kind, expires_at)
VALUES (%(id)s, %(film)s, %(creator)s, %(length)s, %(name)s, %(kind)s, now() + make_interval(hours => %(hours)s))
RETURNING id, film, creator, length, name, kind, expires_at, ended_at, completed
