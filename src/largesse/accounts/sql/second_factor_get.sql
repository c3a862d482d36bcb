-- Since when the second factor of an account is on, and when this session gave a code; NULL for never. account, bearer: keys.
SELECT (SELECT confirmed_at FROM accounts.totp WHERE account = %(account)s) AS confirmed_at,
    (SELECT second_factor_at FROM accounts.bearer
        WHERE key = %(bearer)s AND account = %(account)s AND kind = 'session' AND revoked_at IS NULL) AS proved_at
