-- Move the counters of locked wallets to where the batch leaves them; paid_covers and promo_covers refuse an overdraft.
-- What was given today is absolute; the week (UTC, from Monday) and the month grow by what is new of it.
-- accounts: int[], paid_out, promo_out: bigint[] (absolute), given: bigint[] (coins given today); today, week, month: dates,
-- the last two the first day of theirs
UPDATE ledger.wallet w SET paid_out = u.paid_out, promo_out = u.promo_out, given_day = u.given, given_on = %(today)s,
    given_week = CASE WHEN w.given_on >= %(week)s THEN w.given_week ELSE 0 END + u.given - CASE WHEN w.given_on >= %(today)s THEN w.given_day ELSE 0 END,
    given_month = CASE WHEN w.given_on >= %(month)s THEN w.given_month ELSE 0 END + u.given - CASE WHEN w.given_on >= %(today)s THEN w.given_day ELSE 0 END
FROM unnest(%(accounts)s::int[], %(paid_out)s::bigint[], %(promo_out)s::bigint[], %(given)s::bigint[]) AS u (account, paid_out, promo_out, given)
WHERE w.account = u.account
