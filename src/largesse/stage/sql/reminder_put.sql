-- Somebody wants to be reminded of a LIVE. stage; account
INSERT INTO stage.reminder (stage, account) VALUES (%(stage)s, %(account)s) ON CONFLICT DO NOTHING
