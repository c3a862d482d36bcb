-- Lets a host forget an account, and every agreement of it with that host. host, account: keys.
WITH codes AS (DELETE FROM accounts.host_code WHERE host = %(host)s AND account = %(account)s)
DELETE FROM accounts.host_user WHERE host = %(host)s AND account = %(account)s
