-- Payouts' money that left (`paidout`) and came back (`return`), by their causes: of some causes, and of what was recorded in some time.
-- minor: plus, of what was sent. sources: text[]; from_at, to_at: the end is not included
WITH moved AS (
    SELECT key FROM ledger.transfer WHERE kind IN ('paidout', 'return') AND source = ANY (%(sources)s)
    UNION
    SELECT key FROM ledger.transfer WHERE recorded_at >= %(from_at)s AND recorded_at < %(to_at)s AND kind IN ('paidout', 'return')
)
SELECT t.source, t.kind, t.recorded_at, o.sent_currency AS currency,
    CASE t.kind WHEN 'paidout' THEN o.sent_minor ELSE (
        SELECT coalesce(sum(l.amount), 0)::bigint FROM ledger.leg l WHERE l.transfer = t.key AND l.book = 21 AND l.currency = o.sent_currency
    ) END AS minor
FROM moved JOIN ledger.transfer t USING (key)
JOIN ledger.transfer a ON a.kind = 'payout' AND a.source = t.source JOIN ledger.payout o ON o.transfer = a.key
ORDER BY t.key
