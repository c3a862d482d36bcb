-- A wallet, not locked. account
SELECT account, paid_in, paid_out, promo_in, promo_out, debt, given_day, given_week, given_month, given_on, gives_from, frozen,
    own_day_max, own_week_max, own_month_max, own_gift_max, CASE WHEN rests_until > now() THEN rests_until END AS rests_until,
    test_money
FROM ledger.wallet WHERE account = %(account)s
