-- Films of videos. stages: int[]
SELECT stage, id, creator, state, recording, upload, failure, failure_detail, progress, duration_ms, width, height, file_bytes, attempt
FROM media.film WHERE stage = ANY (%(stages)s::int[])
