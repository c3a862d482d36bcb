-- The devices that are signed in, newest first. account: key; now: time.
SELECT key, id, device, host(address) AS address, created_at, seen_at, expires_at FROM accounts.bearer
WHERE account = %(account)s AND kind = 'session' AND revoked_at IS NULL AND expires_at > %(now)s ORDER BY key DESC LIMIT 500
