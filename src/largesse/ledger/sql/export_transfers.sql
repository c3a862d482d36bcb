-- Every leg of every transfer, in order. `dated` lies in the month to which the entry belongs: the day of its record (of a closed hour, its
-- own) or the nearest day of that month.
SELECT t.key, t.id, t.kind, t.source, t.happened_at, t.recorded_at, t.period, b.name AS book, b.asset, l.holder, l.currency, l.amount,
    least(greatest(((CASE t.kind WHEN 'close' THEN t.happened_at ELSE t.recorded_at END) AT TIME ZONE 'UTC')::date, t.period),
        (t.period + interval '1 month')::date - 1) AS dated
FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key JOIN ledger.book b ON b.key = l.book ORDER BY t.key, l.n
