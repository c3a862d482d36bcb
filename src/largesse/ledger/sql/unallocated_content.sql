-- What a transfer put apart, minus what it took out of it or beyond it. kind, source
SELECT t.key AS transfer, -sum(l.amount)::bigint AS minor, min(l.currency) AS currency
FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key AND l.book IN (35, 56)
WHERE t.kind = %(kind)s AND t.source = %(source)s GROUP BY t.key
