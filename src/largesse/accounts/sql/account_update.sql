-- Changes what people may change of themselves; NULL leaves it. account: key; display_name, country: text; adult_from: day
-- (never earlier than before); badge_hidden: boolean; language: subtag.
UPDATE accounts.account SET
    display_name = coalesce(%(display_name)s, display_name),
    country = coalesce(%(country)s, country),
    adult_from = greatest(adult_from, %(adult_from)s),
    badge_hidden = coalesce(%(badge_hidden)s, badge_hidden),
    language = coalesce(%(language)s, language)
WHERE key = %(account)s AND erased_at IS NULL
RETURNING key, id, username, display_name, email, birth_date, country, adult_from, creator_since, roles, simulated, badge_hidden,
    language, email_verified_at, created_at, erased_at,
    EXISTS (SELECT FROM accounts.totp t WHERE t.account = account.key AND t.confirmed_at IS NOT NULL) AS second_factor
