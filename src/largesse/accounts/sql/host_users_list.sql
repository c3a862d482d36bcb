-- Users of a host in the order of their names there. host: key; after: text to go on behind; limit: rows.
SELECT u.host_user, u.account, u.made, u.at, a.birth_date, a.country, a.adult_from
FROM accounts.host_user u JOIN accounts.account a ON a.key = u.account
WHERE u.host = %(host)s AND u.host_user > %(after)s ORDER BY u.host_user LIMIT %(limit)s
