-- Makes an account. id: uuid; username, display_name, country: text; email, password_hash: text or NULL; birth_date,
-- adult_from: days; roles: text[]; language: subtag or NULL; now: time. account_id_key, account_username and account_email refuse what is taken.
INSERT INTO accounts.account (id, username, display_name, email, password_hash, birth_date, country, adult_from, roles,
    language, created_at)
VALUES (%(id)s, %(username)s, %(display_name)s, %(email)s, %(password_hash)s, %(birth_date)s, %(country)s, %(adult_from)s,
    %(roles)s, %(language)s, %(now)s)
RETURNING key, id, username, display_name, email, birth_date, country, adult_from, creator_since, roles, simulated, badge_hidden,
    language, email_verified_at, created_at, erased_at,
    EXISTS (SELECT FROM accounts.totp t WHERE t.account = account.key AND t.confirmed_at IS NOT NULL) AS second_factor
