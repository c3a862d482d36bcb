-- Changes what is not null. key; title, description, cover ('' removes): text; gifts_enabled; visibility; scheduled_at;
-- unschedule: boolean
UPDATE stage.stage SET
    title = coalesce(%(title)s::text, title),
    description = coalesce(%(description)s::text, description),
    cover = nullif(coalesce(%(cover)s::text, cover), ''),
    gifts_enabled = coalesce(%(gifts_enabled)s::boolean, gifts_enabled),
    visibility = coalesce(%(visibility)s::text, visibility),
    scheduled_at = CASE WHEN %(unschedule)s THEN NULL ELSE coalesce(%(scheduled_at)s::timestamptz, scheduled_at) END
WHERE key = %(key)s
RETURNING *
