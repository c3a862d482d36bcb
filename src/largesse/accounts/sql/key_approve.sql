-- Approves a locked API key. key: bearer's key; by: account key; now: time.
UPDATE accounts.bearer SET approved_by = %(by)s, approved_at = %(now)s WHERE key = %(key)s
RETURNING key, id, account, name, scopes, host, created_at, seen_at, approved_by, approved_at, revoked_at
