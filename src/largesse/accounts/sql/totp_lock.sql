-- A person's authenticator, locked until the transaction ends. account: key.
SELECT secret, created_at, confirmed_at, last_step FROM accounts.totp WHERE account = %(account)s FOR NO KEY UPDATE
