-- Lock the wallets of a batch, ascending, waiting for those that another committer holds.
-- The locking statement follows each row to its newest version, so its columns are the state under the lock. Somebody who
-- rests is barred by 8, and 32 times the microseconds since 1970 at which that ends; 16 bars nobody: test money granted coins
-- here. The last column is what the person's own limits leave, NULL where there is none: the tightest of day, week and month,
-- in coins times 4, plus which it is (0, 1, 2), and what one gift may cost; 2^62 for one that is not set. Today is reckoned
-- once, not for each row.
-- accounts: int[]
SELECT account, paid_in - paid_out, paid_out, promo_in - promo_out, promo_out,
    CASE WHEN given_on >= (SELECT (now() AT TIME ZONE 'UTC')::date) THEN given_day ELSE 0 END,
    frozen::int + (debt > 0)::int * 2 + (gives_from > (SELECT (now() AT TIME ZONE 'UTC')::date))::int * 4 + test_money::int * 16
        + CASE WHEN rests_until > now() THEN 8 + 32 * (extract(epoch FROM rests_until) * 1000000)::bigint ELSE 0 END,
    CASE WHEN num_nonnulls(own_day_max, own_week_max, own_month_max, own_gift_max) > 0 THEN ARRAY[
        coalesce(least(
            4 * (own_day_max - CASE WHEN given_on >= (now() AT TIME ZONE 'UTC')::date THEN given_day ELSE 0 END),
            4 * (own_week_max - CASE WHEN given_on >= date_trunc('week', now() AT TIME ZONE 'UTC') THEN given_week ELSE 0 END) + 1,
            4 * (own_month_max - CASE WHEN given_on >= date_trunc('month', now() AT TIME ZONE 'UTC') THEN given_month ELSE 0 END) + 2
        ), 4611686018427387904),
        coalesce(own_gift_max, 4611686018427387904)]
    END
FROM ledger.wallet WHERE account = ANY(%(accounts)s::int[]) ORDER BY account FOR NO KEY UPDATE
