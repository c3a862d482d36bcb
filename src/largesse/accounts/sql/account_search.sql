-- Accounts for operators: id, address, or the beginning of the username; newest first. id: uuid or NULL; text: in lower
-- case; prefix: LIKE pattern; before: key to go on behind, or NULL; limit: rows.
SELECT key, id, username, display_name, email, birth_date, country, adult_from, creator_since, roles, simulated, badge_hidden,
    language, email_verified_at, created_at, erased_at,
    EXISTS (SELECT FROM accounts.totp t WHERE t.account = account.key AND t.confirmed_at IS NOT NULL) AS second_factor
FROM accounts.account
WHERE (id = %(id)s OR username LIKE %(prefix)s OR lower(email) = %(text)s) AND (%(before)s::integer IS NULL OR key < %(before)s)
ORDER BY key DESC LIMIT %(limit)s
