-- The heads of all chains that have a batch, and the time of the reading.
SELECT stripe, n, chain, clock_timestamp() AS at FROM ledger.stripe WHERE n > 0 ORDER BY stripe
