-- The running break that ends last. account
SELECT kind, since, until FROM safety.rest WHERE account = %(account)s AND until > now() ORDER BY until DESC LIMIT 1
