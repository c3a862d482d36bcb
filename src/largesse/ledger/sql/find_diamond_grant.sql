-- A grant of diamonds by its source. source
SELECT g.transfer, g.creator, g.milli FROM ledger.transfer t JOIN ledger.diamond_grant g ON g.transfer = t.key
WHERE t.kind = 'diamonds' AND t.source = %(source)s
