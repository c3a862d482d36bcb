-- A creator's videos that are not removed, newest first. creator; before: the last key of the page before, 0 for none; limit
SELECT * FROM stage.shown_video
WHERE creator = %(creator)s AND status <> 'ended' AND (%(before)s::int = 0 OR key < %(before)s::int)
ORDER BY key DESC LIMIT %(limit)s
