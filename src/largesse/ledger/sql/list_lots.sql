-- The lots of a wallet's line in laying order. account, class: paid|promo
SELECT key, start, coins, removed, to_debt, clawed, net_minor, gross_minor, currency
FROM ledger.lot WHERE account = %(account)s AND class = %(class)s ORDER BY key
