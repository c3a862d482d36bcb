-- The transaction's time on the database's clock; no parameters.
SELECT now()
