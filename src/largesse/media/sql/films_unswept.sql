-- Removed films whose files are there. limit
SELECT stage, id, creator, state, recording, upload, failure, failure_detail, progress, duration_ms, width, height, file_bytes, attempt
FROM media.film WHERE state = 'removed' AND NOT swept ORDER BY stage LIMIT %(limit)s
