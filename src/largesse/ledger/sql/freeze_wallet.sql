-- Freeze a wallet for a cause; one that does not exist yet is made, not of age until it is opened.
-- account, cause: operator|dispute|debt, about: a dispute's transfer or 0, gives_from: a date that never comes
WITH noted AS (
    INSERT INTO ledger.freeze (account, cause, about) VALUES (%(account)s, %(cause)s, %(about)s) ON CONFLICT DO NOTHING
)
INSERT INTO ledger.wallet (account, gives_from, frozen) VALUES (%(account)s, %(gives_from)s, true)
ON CONFLICT (account) DO UPDATE SET frozen = true
