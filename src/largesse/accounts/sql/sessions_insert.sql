-- Signs accounts in. ids: uuid[]; hashes: bytea[]; accounts: integer[]; device: text; address: inet text or NULL; now,
-- expires_at: times; second_factor_at: time of a code given with it, or NULL.
INSERT INTO accounts.bearer (id, kind, hash, account, created_at, seen_at, expires_at, device, address, second_factor_at)
SELECT s.id, 'session', s.hash, s.account, %(now)s, %(now)s, %(expires_at)s, %(device)s, %(address)s::inet, %(second_factor_at)s
FROM unnest(%(ids)s::uuid[], %(hashes)s::bytea[], %(accounts)s::integer[]) AS s (id, hash, account)
