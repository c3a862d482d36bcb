-- Lots that do not lie end to end, or whose changes do not explain their counters; transfers that did other things to lots than to wallets.
WITH lot AS (
    SELECT l.*, lag(start + coins - removed - to_debt, 1, 0::bigint) OVER (PARTITION BY account, class ORDER BY key) AS follows,
        (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(l.clawed_at) r) AS clawed_length
    FROM ledger.lot l
), cut AS (
    SELECT lot, coalesce(sum(coins) FILTER (WHERE what = 'removed'), 0) AS removed,
        coalesce(sum(coins) FILTER (WHERE what = 'to_debt'), 0) AS to_debt,
        coalesce(sum(coins) FILTER (WHERE what = 'clawed'), 0) AS clawed
    FROM ledger.lot_cut GROUP BY lot
), moved AS (
    SELECT transfer, account, sum(held) AS held, sum(in_wallet) AS in_wallet, sum(to_debt) AS to_debt, sum(repaid) AS repaid
    FROM (
        SELECT transfer, account, sum(coins) AS held, 0 AS in_wallet, 0 AS to_debt, 0 AS repaid FROM ledger.lot GROUP BY transfer, account
        UNION ALL SELECT c.transfer, l.account, -coalesce(sum(c.coins) FILTER (WHERE what <> 'clawed'), 0), 0,
            coalesce(sum(c.coins) FILTER (WHERE what = 'to_debt'), 0), 0
        FROM ledger.lot_cut c JOIN ledger.lot l ON l.key = c.lot GROUP BY c.transfer, l.account
        UNION ALL SELECT transfer, holder, 0, coalesce(sum(amount) FILTER (WHERE book IN (2, 6)), 0), 0, coalesce(sum(amount) FILTER (WHERE book = 9), 0)
        FROM ledger.leg WHERE book IN (2, 6, 9) GROUP BY transfer, holder
    ) m GROUP BY transfer, account HAVING sum(held) <> sum(in_wallet) OR sum(to_debt) <> sum(repaid)
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
SELECT 'lot ' || lot.key || ' of account ' || lot.account, format('has %s clawed coins, at %s; its spent ones are at [%s,%s)', lot.clawed, lot.clawed_at,
    lot.start, least(lot.start + lot.coins - lot.removed - lot.to_debt, w.paid_out))
FROM lot JOIN ledger.wallet w ON w.account = lot.account
WHERE lot.clawed <> lot.clawed_length
    OR NOT lot.clawed_at <@ int8range(lot.start, greatest(lot.start, least(lot.start + lot.coins - lot.removed - lot.to_debt, w.paid_out)))
UNION ALL
SELECT 'lot ' || lot.key || ' of account ' || lot.account, format('comes from lot %s, which is not where coins of this account first were', lot.origin)
FROM lot LEFT JOIN ledger.lot o ON o.key = lot.origin
WHERE lot.origin IS NOT NULL AND (o.account, o.class, o.origin IS NULL) IS DISTINCT FROM (lot.account, 'paid', true)
UNION ALL
SELECT coalesce('lot ' || lot.key, 'transfer ' || moved.transfer) || ' of account ' || moved.account,
    format('lots hold %s coins more by its transfer, the wallet got %s; %s repaid debt, the books say %s', moved.held, moved.in_wallet, moved.to_debt, moved.repaid)
FROM moved LEFT JOIN ledger.lot ON lot.transfer = moved.transfer
LIMIT 1000
