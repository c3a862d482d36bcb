-- API keys, newest first. before: key to go on behind, or NULL; limit: rows.
SELECT key, id, account, name, scopes, host, created_at, seen_at, approved_by, approved_at, revoked_at
FROM accounts.bearer WHERE kind = 'api_key' AND (%(before)s::integer IS NULL OR key < %(before)s) ORDER BY key DESC LIMIT %(limit)s
