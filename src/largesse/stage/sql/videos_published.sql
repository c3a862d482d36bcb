-- Videos that everybody sees, newest first, behind a place. creator: 0; at: time or null, id: of the last one of the page before; limit
SELECT v.* FROM stage.shown_video v JOIN (
    SELECT key AS found FROM stage.stage
    WHERE status = 'live' AND kind = 'video' AND %(creator)s::int = 0
        AND (%(at)s::timestamptz IS NULL OR (started_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
    ORDER BY started_at DESC, id DESC LIMIT %(limit)s
) f ON v.key = f.found
ORDER BY v.started_at DESC, v.id DESC
