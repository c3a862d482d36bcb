-- A match whose time is over, locked; other workers take another one. Nothing where none is due.
SELECT key, ends_at FROM stage.match WHERE status = 'running' AND ends_at <= now() ORDER BY ends_at, key LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
