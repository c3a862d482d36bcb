-- An account. account: key.
SELECT key, id, username, display_name, email, birth_date, country, adult_from, creator_since, roles, simulated, badge_hidden,
    language, email_verified_at, created_at, erased_at,
    EXISTS (SELECT FROM accounts.totp t WHERE t.account = account.key AND t.confirmed_at IS NOT NULL) AS second_factor
FROM accounts.account WHERE key = %(account)s
