-- Captions of videos. stages: int[]
SELECT stage, lang, label, name FROM media.caption WHERE stage = ANY (%(stages)s::int[]) ORDER BY stage, lang
