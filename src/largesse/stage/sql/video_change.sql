-- Changes what is not null of a video. key; title, description: text; gifts_enabled, comments_enabled
WITH changed AS (
    UPDATE stage.video SET comments_enabled = coalesce(%(comments_enabled)s::boolean, comments_enabled) WHERE stage = %(key)s
)
UPDATE stage.stage SET
    title = coalesce(%(title)s::text, title),
    description = coalesce(%(description)s::text, description),
    gifts_enabled = coalesce(%(gifts_enabled)s::boolean, gifts_enabled)
WHERE key = %(key)s
