-- Keeps a person's agreement to a host; the one before it goes. hash: bytea; host, account: keys; expires_at: time.
INSERT INTO accounts.host_code (hash, host, account, expires_at) VALUES (%(hash)s, %(host)s, %(account)s, %(expires_at)s)
ON CONFLICT ON CONSTRAINT host_code_one
    DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at, host_user = NULL
