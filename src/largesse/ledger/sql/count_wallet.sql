-- Count what a lot added or gave up. account, paid, promo, debt: coins, signed; paid_covers and promo_covers refuse an
-- overdraft.
UPDATE ledger.wallet SET paid_in = paid_in + %(paid)s, promo_in = promo_in + %(promo)s, debt = debt + %(debt)s
WHERE account = %(account)s
