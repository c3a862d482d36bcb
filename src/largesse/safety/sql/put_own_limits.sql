-- Put somebody's own limits down. account; names: text[], and of equal length amounts, next_amounts: bigint[] (coins, or minor
-- units of currencies, next_currencies: text[]), next_ats: timestamptz[]
INSERT INTO safety.own_limit (account, name, amount, currency, next_amount, next_currency, next_at)
SELECT %(account)s, u.* FROM unnest(%(names)s::text[], %(amounts)s::bigint[], %(currencies)s::text[], %(next_amounts)s::bigint[],
    %(next_currencies)s::text[], %(next_ats)s::timestamptz[]) AS u
ON CONFLICT (account, name) DO UPDATE SET amount = excluded.amount, currency = excluded.currency, next_amount = excluded.next_amount,
    next_currency = excluded.next_currency, next_at = excluded.next_at
