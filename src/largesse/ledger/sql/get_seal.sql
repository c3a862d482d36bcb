-- What the books are bound to.
SELECT seal FROM ledger.seal
