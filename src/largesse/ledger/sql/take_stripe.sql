-- The head of a stripe that this session holds. stripe: 0..63
SELECT stripe, n, batch, chain, recorded_at FROM ledger.stripe WHERE stripe = %(stripe)s
