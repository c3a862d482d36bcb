-- Make the wallet of an account where there is none, correct from when it may give, and lock it: what is returned is its state under
-- the lock. account, gives_from: date (UTC)
INSERT INTO ledger.wallet AS w (account, gives_from) VALUES (%(account)s, %(gives_from)s)
ON CONFLICT (account) DO UPDATE SET gives_from = excluded.gives_from
RETURNING w.account, w.paid_in, w.paid_out, w.promo_in, w.promo_out, w.debt, w.given_day, w.given_on, w.gives_from, w.frozen
