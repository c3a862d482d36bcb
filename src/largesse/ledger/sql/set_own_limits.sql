-- Put people's own limits in force; NULL is none. accounts: int[]; day, week, month, gift: bigint[], in coins
UPDATE ledger.wallet w SET own_day_max = u.day, own_week_max = u.week, own_month_max = u.month, own_gift_max = u.gift
FROM unnest(%(accounts)s::int[], %(day)s::bigint[], %(week)s::bigint[], %(month)s::bigint[], %(gift)s::bigint[]) AS u (account, day, week, month, gift)
WHERE w.account = u.account
