-- Makes a creator of somebody who is of age; no row where not. account: key; now: time.
UPDATE accounts.account SET creator_since = coalesce(creator_since, %(now)s)
WHERE key = %(account)s AND erased_at IS NULL AND adult_from <= (%(now)s AT TIME ZONE 'UTC')::date
RETURNING key, id, username, display_name, email, birth_date, country, adult_from, creator_since, roles, simulated, badge_hidden,
    language, email_verified_at, created_at, erased_at,
    EXISTS (SELECT FROM accounts.totp t WHERE t.account = account.key AND t.confirmed_at IS NOT NULL) AS second_factor
