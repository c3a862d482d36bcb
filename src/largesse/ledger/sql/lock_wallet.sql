-- Lock a wallet; what is returned is its state under the lock. account
SELECT account, paid_in, paid_out, promo_in, promo_out, debt, given_day, given_on, gives_from, frozen
FROM ledger.wallet WHERE account = %(account)s FOR NO KEY UPDATE
