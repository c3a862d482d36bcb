-- What a transfer says about a person's coins, and the price of its lot where it made one. kind, source
SELECT t.key, min(l.holder) AS account, sum(l.amount)::bigint AS coins, min(o.gross_minor) AS gross_minor, min(o.currency) AS currency
FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key AND l.book IN (2, 6, 9) LEFT JOIN ledger.lot o ON o.transfer = t.key
WHERE t.kind = %(kind)s AND t.source = %(source)s GROUP BY t.key
