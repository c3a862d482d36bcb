-- Notes that the person of a session gave a code. account, bearer: keys; now: time.
UPDATE accounts.bearer SET second_factor_at = %(now)s
WHERE key = %(bearer)s AND account = %(account)s AND kind = 'session' AND revoked_at IS NULL
