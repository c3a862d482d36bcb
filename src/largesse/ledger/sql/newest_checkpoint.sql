-- The newest checkpoint, and its age in seconds by the database's clock (below zero where the clock was set back).
SELECT n, at, body, key_id, signature, extract(epoch FROM clock_timestamp() - at)::float8 AS age_s
FROM ledger.checkpoint ORDER BY n DESC LIMIT 1
