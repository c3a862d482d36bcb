-- Signs accounts in. ids: uuid[]; hashes: bytea[]; accounts: integer[]; device: text; address: inet text or NULL; now,
-- expires_at: times.
INSERT INTO accounts.bearer (id, kind, hash, account, created_at, seen_at, expires_at, device, address)
SELECT s.id, 'session', s.hash, s.account, %(now)s, %(now)s, %(expires_at)s, %(device)s, %(address)s::inet
FROM unnest(%(ids)s::uuid[], %(hashes)s::bytea[], %(accounts)s::integer[]) AS s (id, hash, account)
