-- Count what lots gave up. account; paid, promo: coins, signed; paid_covers and promo_covers refuse an overdraft.
UPDATE ledger.wallet SET paid_in = paid_in + %(paid)s, promo_in = promo_in + %(promo)s WHERE account = %(account)s
