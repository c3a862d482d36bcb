-- A batch with the chain before it. batch
SELECT b.batch, b.n, b.recorded_at, b.gifts, b.root, b.chain, p.chain AS previous
FROM ledger.batch b LEFT JOIN ledger.batch p ON p.batch & 63 = b.batch & 63 AND p.n = b.n - 1
WHERE b.batch = %(batch)s
