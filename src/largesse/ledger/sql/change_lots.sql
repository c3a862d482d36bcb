-- Change lots' counters, and say why; lot_bounds refuses more than a lot has. The wallet is locked.
-- transfer; lots: bigint[]; whats: text[] (removed|to_debt|clawed); coins, net_minor, gross_minor: bigint[], signed;
-- spans: text[] of int8multirange, of clawed coins; all of equal length, one change a lot and counter
WITH change AS (
    SELECT u.lot, u.what, u.coins, u.net_minor, u.gross_minor, u.spans::int8multirange AS at
    FROM unnest(%(lots)s::bigint[], %(whats)s::text[], %(coins)s::bigint[], %(net_minor)s::bigint[], %(gross_minor)s::bigint[], %(spans)s::text[])
        AS u (lot, what, coins, net_minor, gross_minor, spans)
), noted AS (
    INSERT INTO ledger.lot_cut (lot, transfer, what, coins, net_minor, gross_minor, at)
    SELECT lot, %(transfer)s, what, coins, net_minor, gross_minor, at FROM change
)
UPDATE ledger.lot l SET removed = l.removed + c.removed, to_debt = l.to_debt + c.to_debt, clawed = l.clawed + c.clawed,
    clawed_at = CASE WHEN c.clawed > 0 THEN l.clawed_at + c.at WHEN c.clawed < 0 THEN l.clawed_at - c.at ELSE l.clawed_at END
FROM (
    SELECT lot, coalesce(sum(coins) FILTER (WHERE what = 'removed'), 0) AS removed, coalesce(sum(coins) FILTER (WHERE what = 'to_debt'), 0) AS to_debt,
        coalesce(sum(coins) FILTER (WHERE what = 'clawed'), 0) AS clawed, range_agg(at) AS at
    FROM change GROUP BY lot
) c WHERE l.key = c.lot
