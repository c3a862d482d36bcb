-- The hashes of an account's bearers. account: key.
SELECT hash FROM accounts.bearer WHERE account = %(account)s AND revoked_at IS NULL
