-- Make the wallet of an account, or correct from when it may give. account, gives_from: date (UTC)
INSERT INTO ledger.wallet (account, gives_from) VALUES (%(account)s, %(gives_from)s)
ON CONFLICT (account) DO UPDATE SET gives_from = excluded.gives_from
