-- Keep what somebody asked for. account; names, currencies: text[], amounts: bigint[], ats: timestamptz[] (from when it holds)
INSERT INTO safety.own_limit_change (account, name, amount, currency, effective_at)
SELECT %(account)s, u.* FROM unnest(%(names)s::text[], %(amounts)s::bigint[], %(currencies)s::text[], %(ats)s::timestamptz[]) AS u
