-- The last batch of every stripe, in order of the stripes.
SELECT array_agg(batch ORDER BY stripe) FROM ledger.stripe
