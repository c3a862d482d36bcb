-- What became in a month of what buyers had paid for and not spent, by currency. month: its first day
SELECT t.currency, -t.opening AS opening, coalesce(m.sold, 0) AS sold, coalesce(m.given, 0) AS given, coalesce(m.recognised, 0) AS recognised,
    coalesce(m.removed, 0) AS removed, -(t.opening + t.debit - t.credit) AS closing
FROM ledger.trial_balance(%(month)s) t LEFT JOIN (
    SELECT l.currency, coalesce(-sum(l.amount) FILTER (WHERE t.kind = 'purchase'), 0)::bigint AS sold,
        coalesce(-sum(l.amount) FILTER (WHERE t.kind = 'adjustment' AND l.amount < 0), 0)::bigint AS given,
        coalesce(sum(l.amount) FILTER (WHERE t.kind = 'close'), 0)::bigint AS recognised,
        coalesce(sum(l.amount) FILTER (WHERE t.kind NOT IN ('purchase', 'close') AND NOT (t.kind = 'adjustment' AND l.amount < 0)), 0)::bigint AS removed
    FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key WHERE t.period = %(month)s AND l.book = 31 GROUP BY l.currency
) m ON m.currency = t.currency
WHERE t.book = 31 ORDER BY t.currency
