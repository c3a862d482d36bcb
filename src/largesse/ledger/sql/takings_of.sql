-- What every event did to a purchase's coins, oldest first. source: of the purchase
SELECT e.source, k.transfer, k.removed, k.clawed, k.reopened, k.reversed_coins, k.reversed_milli, k.debt, k.set_off, k.money_minor,
    l.currency
FROM ledger.transfer t JOIN ledger.lot l ON l.transfer = t.key JOIN ledger.taking k ON k.lot = l.key JOIN ledger.transfer e ON e.key = k.transfer
WHERE t.kind = 'purchase' AND t.source = %(source)s ORDER BY k.transfer
