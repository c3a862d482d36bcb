-- A host platform, locked until the transaction ends, so that its users change one at a time. host: key.
SELECT key, id, name, created_at FROM accounts.host WHERE key = %(host)s FOR NO KEY UPDATE
