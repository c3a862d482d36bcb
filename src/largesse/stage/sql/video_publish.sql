-- Publishes a video; everybody sees it where it is not hidden. Its place in lists is that of the first time. key
WITH wanted AS (
    UPDATE stage.video SET published = true, published_at = coalesce(published_at, now()) WHERE stage = %(key)s
    RETURNING stage, published_at, hidden_at
)
UPDATE stage.stage s SET status = 'live', started_at = w.published_at FROM wanted w
WHERE s.key = w.stage AND w.hidden_at IS NULL AND s.status = 'scheduled'
