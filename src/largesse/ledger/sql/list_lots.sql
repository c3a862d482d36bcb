-- The lots of a wallet's line in laying order, with the worth of the coins that repaid debt. account, class: paid|promo
SELECT l.key, l.start, l.coins, l.removed, l.to_debt, l.clawed, l.net_minor, l.gross_minor, l.currency, l.origin, l.clawed_at,
    coalesce(r.net, 0) AS repaid_net, coalesce(r.gross, 0) AS repaid_gross
FROM ledger.lot l
LEFT JOIN LATERAL (
    SELECT sum(c.net_minor)::bigint AS net, sum(c.gross_minor)::bigint AS gross FROM ledger.lot_cut c
    WHERE c.lot = l.key AND c.what = 'to_debt' AND l.to_debt > 0
) r ON true
WHERE l.account = %(account)s AND l.class = %(class)s ORDER BY l.key
