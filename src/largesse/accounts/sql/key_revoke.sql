-- Revokes an API key and gives its hash; no row where there is none. id: uuid; now: time.
UPDATE accounts.bearer SET revoked_at = %(now)s WHERE kind = 'api_key' AND id = %(id)s AND revoked_at IS NULL RETURNING hash
