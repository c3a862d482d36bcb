-- An API key that is not revoked, locked until the transaction ends. id: uuid.
SELECT key, id, account, name, scopes, host, created_at, seen_at, approved_by, approved_at, revoked_at
FROM accounts.bearer WHERE kind = 'api_key' AND id = %(id)s AND revoked_at IS NULL FOR NO KEY UPDATE
