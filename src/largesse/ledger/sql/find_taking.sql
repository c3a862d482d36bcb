-- What an event did to a purchase's coins, by its cause. kind, source
SELECT k.transfer, k.lot, p.source AS purchase, k.asked_coins, l.currency, k.money_minor, k.fee_minor, k.removed, k.clawed, k.reopened, k.reversed_coins,
    k.reversed_milli, k.debt, k.set_off,
    (SELECT coalesce(sum(h.milli), 0)::bigint FROM ledger.held h WHERE h.dispute = k.transfer AND h.transfer = k.transfer) AS held_milli
FROM ledger.transfer t JOIN ledger.taking k ON k.transfer = t.key JOIN ledger.lot l ON l.key = k.lot JOIN ledger.transfer p ON p.key = l.transfer
WHERE t.kind = %(kind)s AND t.source = %(source)s
