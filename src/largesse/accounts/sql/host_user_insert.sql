-- Makes an account known to a host. host, account: keys; host_user: text; made: boolean; now: time. host_user_pkey and
-- host_user_once refuse a second one of either.
INSERT INTO accounts.host_user (host, host_user, account, made, at)
VALUES (%(host)s, %(host_user)s, %(account)s, %(made)s, %(now)s)
