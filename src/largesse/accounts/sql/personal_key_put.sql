-- Gives a person a key, where they have none; `personal_key_hold` came first. account: key; sealed: 60 bytes.
INSERT INTO accounts.personal_key (account, sealed) VALUES (%(account)s, %(sealed)s) ON CONFLICT (account) DO NOTHING
