-- Makes a one-time link; the unused ones of the same kind before it go. hash: bytea; kind, email: text; account: key; now,
-- expires_at: times.
WITH older AS (DELETE FROM accounts.link WHERE account = %(account)s AND kind = %(kind)s AND used_at IS NULL)
INSERT INTO accounts.link (hash, kind, account, email, created_at, expires_at)
VALUES (%(hash)s, %(kind)s, %(account)s, %(email)s, %(now)s, %(expires_at)s)
