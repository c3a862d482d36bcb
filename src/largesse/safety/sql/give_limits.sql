-- People's own limits on giving that are in force, in coins; a row for each of the accounts. accounts: int[]
SELECT a.account, max(l.amount) FILTER (WHERE l.name = 'give_day'), max(l.amount) FILTER (WHERE l.name = 'give_week'),
    max(l.amount) FILTER (WHERE l.name = 'give_month'), max(l.amount) FILTER (WHERE l.name = 'give_gift')
FROM unnest(%(accounts)s::int[]) AS a (account) LEFT JOIN safety.own_limit l ON l.account = a.account
GROUP BY a.account ORDER BY a.account
