-- Uses an agreement for one user of the host, again for the same one; no row where it is gone. hash: bytea; host: key;
-- host_user: text; now: time.
UPDATE accounts.host_code SET host_user = %(host_user)s
WHERE hash = %(hash)s AND host = %(host)s AND expires_at > %(now)s AND (host_user IS NULL OR host_user = %(host_user)s)
RETURNING account
