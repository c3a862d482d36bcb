-- The trial balance of a month, book by book; a frozen one as it was written down. month: its first day
SELECT k.name AS book, k.asset, b.currency, b.opening, b.debit, b.credit, b.opening + b.debit - b.credit AS closing
FROM (
    SELECT book, currency, opening, debit, credit FROM ledger.period_balance WHERE month = %(month)s
    UNION ALL
    SELECT t.book, t.currency, t.opening, t.debit, t.credit FROM ledger.trial_balance(%(month)s) t
    WHERE NOT EXISTS (SELECT FROM ledger.period WHERE month = %(month)s)
) b JOIN ledger.book k ON k.key = b.book ORDER BY k.key, b.currency
