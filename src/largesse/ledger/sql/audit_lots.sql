-- Lots that do not lie end to end, do not come from their transfer, or whose changes do not explain their counters.
WITH lot AS (
    SELECT l.*, lag(start + coins - removed - to_debt, 1, 0::bigint) OVER (PARTITION BY account, class ORDER BY key) AS follows
    FROM ledger.lot l
), cut AS (
    SELECT lot, coalesce(sum(coins) FILTER (WHERE what = 'removed'), 0) AS removed,
        coalesce(sum(coins) FILTER (WHERE what = 'to_debt'), 0) AS to_debt,
        coalesce(sum(coins) FILTER (WHERE what = 'clawed'), 0) AS clawed
    FROM ledger.lot_cut GROUP BY lot
), entered AS (
    SELECT transfer, holder, sum(amount) AS coins FROM ledger.leg WHERE book IN (2, 6, 9) GROUP BY transfer, holder
)
SELECT 'lot ' || key || ' of account ' || account AS about, format('starts at %s, the one before ends at %s', start, follows) AS detail
FROM lot WHERE start <> follows
UNION ALL
SELECT 'lot ' || lot.key || ' of account ' || lot.account,
    format('counts removed %s, to_debt %s, clawed %s; its changes sum to %s, %s, %s', lot.removed, lot.to_debt, lot.clawed,
        coalesce(cut.removed, 0), coalesce(cut.to_debt, 0), coalesce(cut.clawed, 0))
FROM lot LEFT JOIN cut ON cut.lot = lot.key
WHERE (lot.removed, lot.to_debt, lot.clawed) IS DISTINCT FROM (coalesce(cut.removed, 0), coalesce(cut.to_debt, 0), coalesce(cut.clawed, 0))
UNION ALL
SELECT 'lot ' || lot.key || ' of account ' || lot.account,
    format('holds %s coins, its transfer brought %s', lot.coins, coalesce(entered.coins, 0))
FROM lot LEFT JOIN entered ON entered.transfer = lot.transfer AND entered.holder = lot.account
WHERE entered.coins IS DISTINCT FROM lot.coins
LIMIT 1000
