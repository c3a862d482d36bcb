-- Move the counters of locked wallets to where the batch leaves them; paid_covers and promo_covers refuse an overdraft.
-- accounts: int[], paid_out, promo_out: bigint[] (absolute), given: bigint[] (coins given today), today: date
UPDATE ledger.wallet w SET paid_out = u.paid_out, promo_out = u.promo_out, given_day = u.given, given_on = %(today)s
FROM unnest(%(accounts)s::int[], %(paid_out)s::bigint[], %(promo_out)s::bigint[], %(given)s::bigint[]) AS u (account, paid_out, promo_out, given)
WHERE w.account = u.account
