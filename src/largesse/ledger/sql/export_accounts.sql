-- Every account of the books: books without holders, and each holder's own.
SELECT name AS book, 0 AS holder, key FROM ledger.book WHERE NOT per_holder
UNION
SELECT b.name, l.holder, b.key FROM ledger.leg l JOIN ledger.book b ON b.key = l.book WHERE b.per_holder
UNION
SELECT b.name, w.account, b.key FROM ledger.wallet w, ledger.book b WHERE b.key IN (2, 6)
UNION
SELECT b.name, e.creator, b.key FROM ledger.earning e, ledger.book b WHERE b.key = 12
UNION
SELECT b.name, l.account, b.key FROM ledger.lot l, ledger.book b WHERE b.key = 9 AND l.to_debt > 0
ORDER BY key, holder
