-- Lay a lot at the end of its line, and say why where some of it repays debt; the wallet is locked.
-- account, class: paid|promo, kind, transfer, coins, to_debt, gross_minor, net_minor: minor units of currency
WITH laid AS (
    INSERT INTO ledger.lot (account, class, kind, start, coins, to_debt, transfer, net_minor, gross_minor, currency)
    SELECT w.account, %(class)s, %(kind)s, CASE WHEN %(class)s = 'paid' THEN w.paid_in ELSE w.promo_in END,
        %(coins)s, %(to_debt)s, %(transfer)s, %(net_minor)s, %(gross_minor)s, %(currency)s
    FROM ledger.wallet w WHERE w.account = %(account)s
    RETURNING key, transfer, to_debt
)
INSERT INTO ledger.lot_cut (lot, transfer, what, coins)
SELECT key, transfer, 'to_debt', to_debt FROM laid WHERE to_debt > 0
