-- Takes a video back from everybody. key
WITH wanted AS (UPDATE stage.video SET published = false WHERE stage = %(key)s RETURNING stage)
UPDATE stage.stage s SET status = 'scheduled', started_at = NULL FROM wanted w WHERE s.key = w.stage AND s.status = 'live'
