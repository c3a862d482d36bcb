-- Gives a person a key, where they have none and are not erased. account: key; sealed: 60 bytes.
WITH person AS (SELECT key FROM accounts.account WHERE key = %(account)s AND erased_at IS NULL FOR SHARE)
INSERT INTO accounts.personal_key (account, sealed) SELECT key, %(sealed)s FROM person ON CONFLICT (account) DO NOTHING
