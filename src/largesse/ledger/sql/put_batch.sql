-- The batch itself. root, chain: 32 bytes
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
VALUES (%(batch)s, %(n)s, %(recorded_at)s, %(policy)s, %(gifts)s, %(root)s, %(chain)s)
