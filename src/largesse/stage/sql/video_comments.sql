-- What was said of a video and is not hidden, newest first. stage; before: uuid of the last one of the page before, or null; limit
SELECT id, sender, text, at FROM stage.comment
WHERE stage = %(stage)s AND hidden_by IS NULL AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
ORDER BY id DESC LIMIT %(limit)s
