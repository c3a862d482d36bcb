-- Hides a video from everybody but its creator. key; actor: account; reason: text
WITH hidden AS (
    UPDATE stage.video SET hidden_at = coalesce(hidden_at, now()), hidden_by = %(actor)s, hidden_reason = %(reason)s
    WHERE stage = %(key)s RETURNING stage
)
UPDATE stage.stage s SET status = 'scheduled', started_at = NULL FROM hidden h WHERE s.key = h.stage AND s.status = 'live'
