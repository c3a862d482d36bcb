-- Freeze a month, and write down what it came to. month: its first day; proposed_by, approved_by: accounts
WITH made AS (
    INSERT INTO ledger.period (month, proposed_by, approved_by, frozen_at)
    VALUES (%(month)s, %(proposed_by)s, %(approved_by)s, now()) RETURNING month
)
INSERT INTO ledger.period_balance (month, book, currency, opening, debit, credit)
SELECT made.month, b.book, b.currency, b.opening, b.debit, b.credit FROM made, ledger.trial_balance(%(month)s) b
