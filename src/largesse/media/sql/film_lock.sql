-- A film by its video's public id, locked. id: uuid
SELECT stage, id, creator, state, recording, upload, failure, failure_detail, progress, duration_ms, width, height, file_bytes, attempt
FROM media.film WHERE id = %(id)s FOR NO KEY UPDATE
