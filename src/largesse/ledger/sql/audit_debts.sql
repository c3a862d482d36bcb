-- Wallets that owe other than what was clawed, less what came out of gifts and what was repaid; freezes without a cause, and causes that
-- are over; money kept apart that is not what the books keep.
WITH owed AS (
    SELECT account, sum(coins)::bigint AS coins FROM (
        SELECT account, sum(clawed) AS coins FROM ledger.lot WHERE clawed <> 0 GROUP BY account
        UNION ALL SELECT sender, -sum(coins) FROM ledger.gift_part GROUP BY sender
        UNION ALL SELECT holder, -sum(amount) FROM ledger.leg WHERE book = 9 GROUP BY holder
    ) o GROUP BY account
)
SELECT 'wallet of account ' || w.account AS about, format('owes %s coins, its lots, gifts and transfers come to %s', w.debt, coalesce(o.coins, 0)) AS detail
FROM ledger.wallet w LEFT JOIN owed o ON o.account = w.account WHERE w.debt <> coalesce(o.coins, 0)
UNION ALL
SELECT 'wallet of account ' || w.account, CASE WHEN w.frozen THEN 'is frozen for no cause' ELSE 'is not frozen, and has a cause to be' END
FROM ledger.wallet w WHERE w.frozen <> EXISTS (SELECT FROM ledger.freeze f WHERE f.account = w.account)
UNION ALL
SELECT 'dispute ' || coalesce(d.transfer, f.about), CASE WHEN f.about IS NULL THEN 'is open and freezes nobody' ELSE 'is not open and freezes account ' || f.account END
FROM (SELECT d.transfer, k.account FROM ledger.dispute d JOIN ledger.taking k ON k.transfer = d.transfer WHERE d.state = 'open') d
FULL JOIN (SELECT account, about FROM ledger.freeze WHERE cause = 'dispute') f ON (f.about, f.account) = (d.transfer, d.account)
WHERE d.transfer IS NULL OR f.about IS NULL
UNION ALL
SELECT 'money kept apart', format('%s %s is left, the books keep %s', coalesce(u.minor, 0), coalesce(u.currency, l.currency), coalesce(l.minor, 0))
FROM (SELECT currency, sum(left_minor) AS minor FROM ledger.unallocated GROUP BY currency) u
FULL JOIN (SELECT currency, -sum(amount) AS minor FROM ledger.leg WHERE book = 35 GROUP BY currency) l ON l.currency = u.currency
WHERE coalesce(u.minor, 0) <> coalesce(l.minor, 0)
LIMIT 1000
