-- Signed heads that are not in the books. checkpoints: bigint[], stripes: int[], ns: bigint[], chains: bytea[]
SELECT 'checkpoint ' || h.checkpoint AS about, format('signed another chain of stripe %%s at number %%s than the books have', h.stripe, h.n) AS detail
FROM unnest(%(checkpoints)s::bigint[], %(stripes)s::int[], %(ns)s::bigint[], %(chains)s::bytea[]) AS h (checkpoint, stripe, n, chain)
LEFT JOIN ledger.batch b ON b.batch & 63 = h.stripe AND b.n = h.n
WHERE b.chain IS DISTINCT FROM h.chain
