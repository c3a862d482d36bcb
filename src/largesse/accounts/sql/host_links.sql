-- The hosts that a person linked an account to, by name. account: key.
SELECT h.key, h.id, h.name, h.created_at, u.host_user, u.at
FROM accounts.host_user u JOIN accounts.host h ON h.key = u.host
WHERE u.account = %(account)s AND NOT u.made ORDER BY lower(h.name)
