-- Notes that a code of this step was accepted; the first one turns the authenticator on. account: key; step: 30 s; now: time.
UPDATE accounts.totp SET last_step = %(step)s, confirmed_at = coalesce(confirmed_at, %(now)s) WHERE account = %(account)s
