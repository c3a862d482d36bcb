-- The files of uploads and films are deleted. uploads: uuid[]; films: int[]
WITH uploads AS (UPDATE media.upload SET swept = true WHERE id = ANY (%(uploads)s::uuid[]))
UPDATE media.film SET swept = true WHERE stage = ANY (%(films)s::int[])
