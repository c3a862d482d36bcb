-- The lots that an interval of a wallet's paid line crosses, with how many coins of each, and what the provider or the
-- store kept of their price. account; start, end: the interval on the line, in coins
SELECT l.coins, l.gross_minor, l.net_minor, l.currency,
    least(l.start + l.coins - l.removed - l.to_debt, %(end)s) - greatest(l.start, %(start)s) AS taken,
    (SELECT coalesce(sum(g.amount), 0)::bigint FROM ledger.leg g
     WHERE g.transfer = l.transfer AND g.book IN (51, 52) AND g.currency = l.currency) AS fee_minor
FROM ledger.lot l
WHERE l.account = %(account)s AND l.class = 'paid' AND l.start < %(end)s
    AND l.start + l.coins - l.removed - l.to_debt > %(start)s
ORDER BY l.start, l.key
