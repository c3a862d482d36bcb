-- Note a transfer that was handed over, or find it. key; rail; minor of currency; state
INSERT INTO payouts.transfer (key, rail, minor, currency, state, ref)
VALUES (%(key)s, %(rail)s, %(minor)s, %(currency)s, %(state)s, %(rail)s || '-' || %(key)s)
ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING minor, currency
