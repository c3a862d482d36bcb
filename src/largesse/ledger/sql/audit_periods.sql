-- Frozen months whose written balances are not what their entries are; entries and hours of a month that was not theirs.
WITH summed AS (
    SELECT m.period, m.book, m.currency, sum(greatest(m.amount, 0)) AS debit, sum(greatest(-m.amount, 0)) AS credit
    FROM (
        SELECT t.period, l.book, l.currency, l.amount FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key
        UNION ALL
        SELECT h.period, v.book, '', v.amount FROM ledger.hour h CROSS JOIN LATERAL (VALUES (2::smallint, -h.coins_paid), (3, h.coins_paid),
            (6, -h.coins_promo), (7, h.coins_promo), (11, -h.diamonds_milli), (12, h.diamonds_milli)) AS v (book, amount)
    ) m GROUP BY 1, 2, 3
), due AS (
    SELECT p.month, s.book, s.currency, sum(s.debit - s.credit) FILTER (WHERE s.period < p.month) AS opening,
        sum(s.debit) FILTER (WHERE s.period = p.month) AS debit, sum(s.credit) FILTER (WHERE s.period = p.month) AS credit
    FROM ledger.period p JOIN summed s ON s.period <= p.month GROUP BY 1, 2, 3
)
SELECT format('month %s, book %s %s', to_char(coalesce(d.month, b.month), 'YYYY-MM'), coalesce(d.book, b.book), coalesce(d.currency, b.currency)) AS about,
    format('kept %s + %s - %s, its entries are %s + %s - %s', coalesce(b.opening, 0), coalesce(b.debit, 0), coalesce(b.credit, 0),
        coalesce(d.opening, 0), coalesce(d.debit, 0), coalesce(d.credit, 0)) AS detail
FROM due d FULL JOIN ledger.period_balance b ON (b.month, b.book, b.currency) = (d.month, d.book, d.currency)
WHERE (coalesce(b.opening, 0), coalesce(b.debit, 0), coalesce(b.credit, 0)) <> (coalesce(d.opening, 0), coalesce(d.debit, 0), coalesce(d.credit, 0))
UNION ALL
SELECT 'transfer ' || t.id, format('is of month %s, before its record', to_char(t.period, 'YYYY-MM')) FROM ledger.transfer t
WHERE t.period < date_trunc('month', (CASE t.kind WHEN 'close' THEN t.happened_at ELSE t.recorded_at END) AT TIME ZONE 'UTC')
UNION ALL
SELECT 'hour ' || h.hour, format('is of month %s, its entry of %s', to_char(h.period, 'YYYY-MM'), to_char(t.period, 'YYYY-MM'))
FROM ledger.hour h JOIN ledger.transfer t ON t.key = h.transfer WHERE t.period <> h.period
LIMIT 1000
