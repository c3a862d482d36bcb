-- What transfers moved on the accounts at providers and stores, a currency each, debit positive. kinds, sources: text[], side by side
SELECT l.currency, sum(l.amount)::bigint AS minor
FROM unnest(%(kinds)s::text[], %(sources)s::text[]) AS c (kind, source)
JOIN ledger.transfer t ON t.kind = c.kind AND t.source = c.source
JOIN ledger.leg l ON l.transfer = t.key AND l.book IN (21, 22)
GROUP BY l.currency ORDER BY l.currency
