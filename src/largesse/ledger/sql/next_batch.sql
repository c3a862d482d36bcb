-- The number of this batch, and the database's time of this transaction. stripe: 0..63
SELECT nextval('ledger.batch_sequence') * 64 + %(stripe)s, now()
