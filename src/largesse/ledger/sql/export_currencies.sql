-- Every currency in the books.
SELECT DISTINCT currency FROM ledger.leg WHERE currency <> '' ORDER BY currency
