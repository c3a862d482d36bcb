-- Uses a one-time link; no row where it is gone. hash: bytea; kind: text; now: time.
UPDATE accounts.link SET used_at = %(now)s
WHERE hash = %(hash)s AND kind = %(kind)s AND used_at IS NULL AND expires_at > %(now)s RETURNING account, email
