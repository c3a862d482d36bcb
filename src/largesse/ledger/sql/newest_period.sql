-- The newest frozen month, or null.
SELECT max(month) FROM ledger.period
