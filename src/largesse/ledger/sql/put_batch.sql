-- The batch itself. batch, n: its number in its stripe from 1, recorded_at, policy: key, gifts: 1..1000, root, chain: 32 bytes
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
VALUES (%(batch)s, %(n)s, %(recorded_at)s, %(policy)s, %(gifts)s, %(root)s, %(chain)s)
