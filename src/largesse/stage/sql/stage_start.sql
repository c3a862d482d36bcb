-- Starts a scheduled stage. key. one_live_per_creator refuses a second one of the same creator.
UPDATE stage.stage SET status = 'live', started_at = now() WHERE key = %(key)s AND status = 'scheduled' RETURNING *
