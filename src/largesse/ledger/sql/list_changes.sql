-- What a transfer changed of lots, with what the coins are worth and where clawed ones lie. transfer
SELECT c.lot, c.what, c.coins, c.net_minor, c.gross_minor, c.at FROM ledger.taking k
JOIN ledger.lot l ON l.account = k.account AND l.class = 'paid'
JOIN ledger.lot_cut c ON c.lot = l.key AND c.transfer = k.transfer
WHERE k.transfer = %(transfer)s AND l.transfer <> k.transfer ORDER BY c.lot, c.what
