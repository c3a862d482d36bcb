-- Keeps the secret of an authenticator that is not on yet, in place of an earlier one; no row where one is on. account: key;
-- secret: sealed bytes; now: time.
INSERT INTO accounts.totp AS t (account, secret, created_at) VALUES (%(account)s, %(secret)s, %(now)s)
ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_step = 0
WHERE t.confirmed_at IS NULL RETURNING t.account
