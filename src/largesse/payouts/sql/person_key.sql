-- A person's sealed key; the fresh one where they have none. account; fresh
INSERT INTO payouts.person_key (account, sealed) VALUES (%(account)s, %(fresh)s)
ON CONFLICT (account) DO UPDATE SET account = excluded.account RETURNING sealed
