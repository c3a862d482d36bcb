-- Lock money that is kept apart, by the source of its mismatch. source
SELECT u.transfer, u.currency, u.left_minor FROM ledger.transfer t JOIN ledger.unallocated u ON u.transfer = t.key
WHERE t.kind = 'mismatch' AND t.source = %(source)s FOR NO KEY UPDATE OF u
