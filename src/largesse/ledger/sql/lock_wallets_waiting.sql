-- Lock the wallets of a batch, ascending, waiting for those that another committer holds.
-- The locking statement follows each row to its newest version, so its columns are the state under the lock.
-- accounts: int[]
SELECT account, paid_in - paid_out, paid_out, promo_in - promo_out, promo_out,
    CASE WHEN given_on >= (now() AT TIME ZONE 'UTC')::date THEN given_day ELSE 0 END,
    frozen::int + (debt > 0)::int * 2 + (gives_from > (now() AT TIME ZONE 'UTC')::date)::int * 4
FROM ledger.wallet WHERE account = ANY(%(accounts)s::int[]) ORDER BY account FOR NO KEY UPDATE
