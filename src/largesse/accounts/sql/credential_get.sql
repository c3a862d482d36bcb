-- The hash of the password of an account, locked until the transaction ends. account: key.
SELECT key, password_hash, username, email FROM accounts.account
WHERE key = %(account)s AND password_hash IS NOT NULL AND erased_at IS NULL FOR NO KEY UPDATE
