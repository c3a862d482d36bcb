-- Sets the hash of a password. account: key; password_hash: text.
UPDATE accounts.account SET password_hash = %(password_hash)s WHERE key = %(account)s AND erased_at IS NULL
