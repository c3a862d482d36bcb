-- Transfers that do not sum to zero per asset, or have no legs, or legs that do not fit their book. Clawing a coin that cost less than a
-- minor unit and whose gift is past its hold moves nothing but debt: no leg. Nor has the rest of a store's refund whose first part took all coins.
SELECT 'transfer ' || t.id AS about, 'has no legs' AS detail
FROM ledger.transfer t WHERE NOT EXISTS (SELECT FROM ledger.leg l WHERE l.transfer = t.key)
    AND NOT EXISTS (SELECT FROM ledger.taking k WHERE k.transfer = t.key
        AND (k.clawed <> 0 OR (k.money_minor <> 0 AND (k.removed, k.reopened) = (0, 0))))
UNION ALL
SELECT 'transfer ' || t.id, format('%s %s sums to %s, not to zero', s.asset, s.currency, s.amount)
FROM (SELECT l.transfer, k.asset, l.currency, sum(l.amount) AS amount FROM ledger.leg l JOIN ledger.book k ON k.key = l.book
      GROUP BY l.transfer, k.asset, l.currency HAVING sum(l.amount) <> 0) s JOIN ledger.transfer t ON t.key = s.transfer
UNION ALL
SELECT 'transfer ' || t.id, format('leg %s on %s has a wrong holder or currency', l.n, k.name)
FROM ledger.leg l JOIN ledger.book k ON k.key = l.book JOIN ledger.transfer t ON t.key = l.transfer
WHERE k.per_holder <> (l.holder <> 0) OR (k.asset = 'money') <> (l.currency <> '')
LIMIT 1000
