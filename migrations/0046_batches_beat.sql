-- A batch of payouts says now and then that it still runs, however long the audits around it take.
ALTER TABLE payouts.batch ADD COLUMN beat_at timestamptz CHECK (beat_at >= began_at);
