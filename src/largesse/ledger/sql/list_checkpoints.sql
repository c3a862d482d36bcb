-- Checkpoints before a number, newest first. before, n: rows
SELECT n, at, body, key_id, signature FROM ledger.checkpoint WHERE n < %(before)s ORDER BY n DESC LIMIT %(n)s
