-- Hides a video no longer; everybody sees it where its creator published it. key
WITH shown AS (
    UPDATE stage.video SET hidden_at = NULL, hidden_by = NULL, hidden_reason = NULL WHERE stage = %(key)s
    RETURNING stage, published, published_at
)
UPDATE stage.stage s SET status = 'live', started_at = v.published_at FROM shown v
WHERE s.key = v.stage AND v.published AND s.status = 'scheduled'
