-- A wallet, not locked. account
SELECT account, paid_in, paid_out, promo_in, promo_out, debt, given_day, given_on, gives_from, frozen
FROM ledger.wallet WHERE account = %(account)s
