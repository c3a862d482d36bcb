-- Note a fact about accounts, for each of them once. kind; accounts: int[], different ones; weight: 1..100; source; related_max: how many others are named
INSERT INTO safety.signal (kind, subject, related, related_count, weight, source)
SELECT %(kind)s, s.account, ARRAY(SELECT o FROM unnest(%(accounts)s::int[]) o WHERE o <> s.account ORDER BY o LIMIT %(related_max)s),
    cardinality(%(accounts)s::int[]) - 1, %(weight)s, %(source)s
FROM unnest(%(accounts)s::int[]) AS s (account) ORDER BY s.account ON CONFLICT (kind, subject, source) DO NOTHING
