-- The month that the first entry belongs to (null before one), the one of now in UTC, and the newest frozen one (or null).
SELECT (SELECT min(period) FROM ledger.transfer) AS first, date_trunc('month', now() AT TIME ZONE 'UTC')::date AS running,
    (SELECT max(month) FROM ledger.period) AS frozen
