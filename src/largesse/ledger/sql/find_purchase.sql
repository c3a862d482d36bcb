-- A purchase by its source, with what was taken of it so far, and the transaction's time. source
SELECT t.source, l.key AS lot, l.account, l.coins, l.gross_minor, l.net_minor, l.currency, g.fee_minor,
    CASE WHEN g.of_store THEN 'store' ELSE 'psp' END AS via, l.recorded_at AS laid_at, now() AS now, k.taken, k.money_minor, k.fee_back_minor
FROM ledger.transfer t
JOIN ledger.lot l ON l.transfer = t.key
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount) FILTER (WHERE book = 52), 0)::bigint AS fee_minor, coalesce(bool_or(book IN (22, 52)), false) AS of_store
    FROM ledger.leg WHERE transfer = t.key AND currency = l.currency
) g
CROSS JOIN LATERAL (
    SELECT coalesce(sum(removed + clawed + reopened), 0)::bigint AS taken, coalesce(sum(money_minor), 0)::bigint AS money_minor,
        coalesce(sum(fee_minor), 0)::bigint AS fee_back_minor
    FROM ledger.taking WHERE lot = l.key
) k
WHERE t.kind = 'purchase' AND t.source = %(source)s
