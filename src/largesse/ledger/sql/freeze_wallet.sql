-- Freeze or unfreeze a wallet; one that does not exist yet is made frozen and not of age until it is opened.
-- account, frozen, gives_from: a date that never comes
WITH moved AS (
    UPDATE ledger.wallet SET frozen = %(frozen)s WHERE account = %(account)s RETURNING account
)
INSERT INTO ledger.wallet (account, gives_from, frozen)
SELECT %(account)s, %(gives_from)s, true WHERE %(frozen)s AND NOT EXISTS (SELECT FROM moved)
ON CONFLICT (account) DO UPDATE SET frozen = true
