-- Keeps captions of a language, as in media.caption, where there are fewer than `most` of other languages.
INSERT INTO media.caption AS c (stage, lang, label, name)
SELECT %(stage)s, %(lang)s, %(label)s, %(name)s
WHERE (SELECT count(*) FROM media.caption o WHERE o.stage = %(stage)s AND o.lang <> %(lang)s) < %(most)s
ON CONFLICT (stage, lang) DO UPDATE SET label = excluded.label, name = excluded.name
RETURNING true
