-- Checkpoints after a number, oldest first. after, n: rows
SELECT n, at, body, key_id, signature FROM ledger.checkpoint WHERE n > %(after)s ORDER BY n LIMIT %(n)s
