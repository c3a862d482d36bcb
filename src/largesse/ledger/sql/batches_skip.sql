-- Leaves a gap in the numbers of batches, beyond any that were told after the moment of a backup. gap: numbers
SELECT setval('ledger.batch_sequence', s.last_value + %(gap)s) FROM ledger.batch_sequence s
