-- Every leg of every transfer, in order.
SELECT t.key, t.id, t.kind, t.source, t.happened_at, t.recorded_at, b.name AS book, b.asset, l.holder, l.currency, l.amount
FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key JOIN ledger.book b ON b.key = l.book ORDER BY t.key, l.n
