-- Payouts that reserve, pay or give back other than their parts say, or that their transfers say; creators' days that are not their sums.
WITH part AS (
    SELECT payout, sum(milli) AS milli FROM ledger.payout_part GROUP BY payout
), moved AS (
    SELECT o.transfer, l.kind, sum(g.amount) FILTER (WHERE g.book = 12) AS creator, sum(g.amount) FILTER (WHERE g.book = 13) AS redeeming,
        sum(g.amount) FILTER (WHERE g.book = 14) AS redeemed, sum(g.amount) FILTER (WHERE g.book = 33) AS owed,
        sum(g.amount) FILTER (WHERE g.book = 34) AS leaving, sum(g.amount) FILTER (WHERE g.book = 43) AS fee,
        bool_and(g.holder IN (0, o.creator)) AS own
    FROM ledger.payout o
    CROSS JOIN LATERAL (VALUES ('payout', o.transfer), ('paidout', o.paid), ('letgo', o.let_go), ('return', o.returned)) AS l (kind, key)
    JOIN ledger.transfer t ON t.key = l.key AND t.kind = l.kind JOIN ledger.leg g ON g.transfer = t.key GROUP BY o.transfer, l.kind
), place AS (
    SELECT o.creator, p.day, p.policy, p.stripe, sum(p.milli) FILTER (WHERE o.paid IS NULL AND o.let_go IS NULL) AS reserved,
        sum(p.milli) FILTER (WHERE o.paid IS NOT NULL AND o.returned IS NULL) AS redeemed
    FROM ledger.payout o JOIN ledger.payout_part p ON p.payout = o.transfer GROUP BY 1, 2, 3, 4
)
SELECT 'payout ' || o.transfer AS about, format('is of %s milli-diamonds, its parts are %s', o.milli, coalesce(p.milli, 0)) AS detail
FROM ledger.payout o LEFT JOIN part p ON p.payout = o.transfer WHERE o.milli <> coalesce(p.milli, 0)
UNION ALL
SELECT 'payout ' || o.transfer, format('has no entry of kind %s that says what it says', s.kind)
FROM ledger.payout o
CROSS JOIN LATERAL (VALUES
    ('payout', true, -o.milli, o.milli, NULL::bigint, o.gross_minor, -o.gross_minor, NULL::bigint),
    ('paidout', o.paid IS NOT NULL, NULL, -o.milli, o.milli, NULL, o.gross_minor, -nullif(o.fee_minor, 0)),
    ('letgo', o.let_go IS NOT NULL, o.milli, -o.milli, NULL, -o.gross_minor, o.gross_minor, NULL),
    ('return', o.returned IS NOT NULL, o.milli, NULL, -o.milli, -o.gross_minor, NULL, nullif(o.fee_minor, 0))
) AS s (kind, stands, creator, redeeming, redeemed, owed, leaving, fee)
LEFT JOIN moved m ON m.transfer = o.transfer AND m.kind = s.kind
WHERE s.stands AND (m.transfer IS NULL OR NOT m.own OR (m.creator, m.redeeming, m.redeemed, m.owed, m.leaving, m.fee)
    IS DISTINCT FROM (s.creator, s.redeeming, s.redeemed, s.owed, s.leaving, s.fee))
UNION ALL
SELECT format('transfer %s (%s %s)', t.key, t.kind, t.source), 'is of no payout'
FROM ledger.transfer t WHERE t.kind IN ('payout', 'paidout', 'letgo', 'return')
    AND NOT EXISTS (SELECT FROM ledger.payout o WHERE t.key IN (o.transfer, o.paid, o.let_go, o.returned))
UNION ALL
SELECT format('creator %s on %s, policy %s, stripe %s', coalesce(e.creator, p.creator), coalesce(e.day, p.day), coalesce(e.policy, p.policy),
        coalesce(e.stripe, p.stripe)),
    format('reserves %s and redeemed %s milli-diamonds, its payouts %s and %s', coalesce(e.milli_reserved, 0), coalesce(e.milli_redeemed, 0),
        coalesce(p.reserved, 0), coalesce(p.redeemed, 0))
FROM ledger.earning e FULL JOIN place p ON (p.creator, p.day, p.policy, p.stripe) = (e.creator, e.day, e.policy, e.stripe)
WHERE (coalesce(e.milli_reserved, 0), coalesce(e.milli_redeemed, 0)) IS DISTINCT FROM (coalesce(p.reserved, 0)::bigint, coalesce(p.redeemed, 0)::bigint)
LIMIT 1000
