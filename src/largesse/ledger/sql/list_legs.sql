-- The legs of a transfer. transfer
SELECT book, amount, holder, currency FROM ledger.leg WHERE transfer = %(transfer)s ORDER BY n
