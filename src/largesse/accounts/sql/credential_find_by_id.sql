-- The credential of a public id. id: uuid.
SELECT key, password_hash, username, email FROM accounts.account
WHERE id = %(id)s AND password_hash IS NOT NULL AND erased_at IS NULL
