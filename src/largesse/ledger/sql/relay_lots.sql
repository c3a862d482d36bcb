-- Lay the lots from `lot` on end to end again, from `start`. account, class: paid|promo, lot: key, start
WITH line AS (
    SELECT key, %(start)s + coalesce(sum(coins - removed - to_debt)
        OVER (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS start
    FROM ledger.lot WHERE account = %(account)s AND class = %(class)s AND key >= %(lot)s
)
UPDATE ledger.lot l SET start = line.start FROM line WHERE l.key = line.key AND l.start <> line.start
