-- A user of a host. host: key; host_user: text.
SELECT u.host_user, u.account, u.made, u.at, a.birth_date, a.country, a.adult_from
FROM accounts.host_user u JOIN accounts.account a ON a.key = u.account WHERE u.host = %(host)s AND u.host_user = %(host_user)s
