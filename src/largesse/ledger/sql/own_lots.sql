-- The lots of purchases and those in which coins of them came back, in laying order, as list_lots.sql has them. account; sources: text[]
SELECT t.source, l.key, l.start, l.coins, l.removed, l.to_debt, l.clawed, l.net_minor, l.gross_minor, l.currency, l.origin, l.clawed_at,
    0 AS repaid_net, 0 AS repaid_gross
FROM ledger.transfer t
JOIN ledger.lot r ON r.transfer = t.key AND r.account = %(account)s AND r.origin IS NULL
JOIN ledger.lot l ON l.key = r.key OR l.origin = r.key
WHERE t.kind = 'purchase' AND t.source = ANY (%(sources)s) ORDER BY l.key
