-- The person with a public id. id: uuid.
SELECT key, id, username, display_name, creator_since IS NOT NULL AS creator, adult_from, simulated, badge_hidden,
    erased_at IS NOT NULL AS erased
FROM accounts.account WHERE id = %(id)s AND erased_at IS NULL
