-- Who signs in with this, and the hash of the password. login: username or address, in lower case.
SELECT key, password_hash, username, email FROM accounts.account
WHERE (username = %(login)s OR lower(email) = %(login)s) AND password_hash IS NOT NULL AND erased_at IS NULL
