-- Checkpoints signed at or after a moment, oldest first. at, after: number, n: rows
SELECT n, at, body, key_id, signature FROM ledger.checkpoint WHERE at >= %(at)s AND n > %(after)s ORDER BY n LIMIT %(n)s
