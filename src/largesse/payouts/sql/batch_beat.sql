-- Note that a batch still runs. key
UPDATE payouts.batch SET beat_at = now() WHERE key = %(key)s AND ended_at IS NULL
