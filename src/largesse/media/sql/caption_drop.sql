-- Forgets captions of a language. stage; lang: text
DELETE FROM media.caption WHERE stage = %(stage)s AND lang = %(lang)s RETURNING name
