-- The person with a username. username: text in lower case.
SELECT key, id, username, display_name, creator_since IS NOT NULL AS creator, adult_from, simulated, badge_hidden,
    erased_at IS NOT NULL AS erased
FROM accounts.account WHERE username = %(username)s AND erased_at IS NULL
