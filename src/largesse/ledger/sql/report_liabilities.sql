-- What is owed now: unspent coins by class and currency with what they had cost, creators' diamonds by what may become of them with what
-- they are worth by the policies that they pin (milli-diamonds, US cents rounded down once), what the books owe, and, negative,
-- what creators owe.
WITH lot AS (
    SELECT l.class, coalesce(l.currency, '') AS currency, l.coins, l.net_minor::numeric AS net, l.removed + l.to_debt AS gone,
        greatest(0, least(l.coins - l.removed - l.to_debt, CASE l.class WHEN 'paid' THEN w.paid_out ELSE w.promo_out END - l.start)) AS spent
    FROM ledger.lot l JOIN ledger.wallet w ON w.account = l.account
), day AS (
    SELECT v.diamond_value_micros AS micros, e.milli_held AS held, e.milli_reserved AS reserved,
        e.milli_in - e.milli_reversed - e.milli_held - e.milli_reserved - e.milli_redeemed AS free,
        v.hold_days = 0 OR e.day + v.hold_days + 1 <= (now() AT TIME ZONE 'UTC')::date AS cleared
    FROM ledger.earning e JOIN policy.version v ON v.key = e.policy
)
SELECT 'coins:' || class AS what, currency, sum(coins - gone - spent)::bigint AS units,
    sum(net - div(net * gone, coins) - ceil(net * spent / coins))::bigint AS minor
FROM lot GROUP BY class, currency HAVING sum(coins - gone - spent) > 0
UNION ALL
SELECT 'diamonds:' || s.what, 'USD', sum(s.milli)::bigint, div(sum(s.milli * micros), 10000000)::bigint
FROM day CROSS JOIN LATERAL (VALUES ('pending', CASE WHEN cleared THEN 0 ELSE free END), ('available', CASE WHEN cleared THEN free ELSE 0 END),
    ('disputed', held), ('withdrawing', reserved)) AS s (what, milli)
GROUP BY s.what HAVING sum(s.milli) > 0
UNION ALL
SELECT b.name, l.currency, NULL, -sum(l.amount)::bigint FROM ledger.leg l JOIN ledger.book b ON b.key = l.book
WHERE b.name LIKE 'liabilities:%%' OR b.name = 'assets:creators' GROUP BY b.name, l.currency HAVING sum(l.amount) <> 0
ORDER BY 1, 2
