-- A buyer consents; again is the first time. account
INSERT INTO payments.consent (account) VALUES (%(account)s) ON CONFLICT (account) DO NOTHING
