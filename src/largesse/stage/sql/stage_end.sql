-- Ends a running stage. key
UPDATE stage.stage SET status = 'ended', ended_at = now() WHERE key = %(key)s AND status = 'live' RETURNING *
