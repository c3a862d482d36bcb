-- What became of the coins that came in each month: by class and currency how many were spent, left, or are there still, and what those had cost.
SELECT date_trunc('month', recorded_at AT TIME ZONE 'UTC')::date AS month, class, currency, sum(coins)::bigint AS laid, sum(spent)::bigint AS spent,
    sum(gone)::bigint AS removed, sum(coins - gone - spent)::bigint AS unspent,
    sum(net - div(net * gone, coins) - ceil(net * spent / coins))::bigint AS unspent_minor
FROM (
    SELECT l.recorded_at, l.class, coalesce(l.currency, '') AS currency, l.coins, l.net_minor::numeric AS net, l.removed + l.to_debt AS gone,
        greatest(0, least(l.coins - l.removed - l.to_debt, CASE l.class WHEN 'paid' THEN w.paid_out ELSE w.promo_out END - l.start)) AS spent
    FROM ledger.lot l JOIN ledger.wallet w ON w.account = l.account
) lot GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
