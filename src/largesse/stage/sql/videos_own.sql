-- A creator's videos that are not removed, newest first. creator; before: the last key of the page before, 0 for none; limit
SELECT v.* FROM stage.shown_video v JOIN (
    SELECT key AS found FROM stage.stage
    WHERE creator = %(creator)s::int AND status <> 'ended' AND kind = 'video' AND (%(before)s::int = 0 OR key < %(before)s::int)
    ORDER BY key DESC LIMIT %(limit)s
) f ON v.key = f.found
ORDER BY v.key DESC
