-- Payouts whose state is not what the books say, or whose history is not a walk of legal moves; creators over the weekly maximum of a payout's
-- policy, counted as it was when that payout was requested and less what came to nothing since; approvals that were too few.
SELECT 'payout ' || p.id AS about, format('is %s; the books say it is %s', p.status,
    CASE WHEN o.transfer IS NULL THEN 'unknown' WHEN o.returned IS NOT NULL THEN 'returned' WHEN o.paid IS NOT NULL THEN 'paid'
        WHEN o.let_go IS NOT NULL THEN 'let go' ELSE 'reserved' END) AS detail
FROM payouts.payout p LEFT JOIN ledger.transfer t ON t.kind = 'payout' AND t.source = 'payout:' || p.id LEFT JOIN ledger.payout o ON o.transfer = t.key
WHERE CASE WHEN o.transfer IS NULL THEN true WHEN o.returned IS NOT NULL THEN p.status <> 'returned' WHEN o.paid IS NOT NULL THEN p.status <> 'paid'
    WHEN o.let_go IS NOT NULL THEN p.status NOT IN ('rejected', 'canceled', 'failed')
    ELSE p.status IN ('paid', 'returned', 'rejected', 'canceled', 'failed') END OR (o.gross_minor, o.creator) <> (p.gross_minor, p.creator)
UNION ALL
SELECT 'transfer ' || t.key, 'is of a payout that nobody asked for' FROM ledger.transfer t
WHERE t.kind = 'payout' AND NOT EXISTS (SELECT FROM payouts.payout p WHERE 'payout:' || p.id = t.source)
UNION ALL
SELECT 'payout ' || s.payout, format('went from %s to %s', s.before, s.status)
FROM (SELECT payout, status, lag(status) OVER (PARTITION BY payout ORDER BY key) AS before FROM payouts.payout_event) s
WHERE CASE WHEN s.before IS NULL THEN s.status <> 'requested'
    ELSE NOT EXISTS (SELECT FROM payouts.payout_move m WHERE (m.from_status, m.to_status) = (s.before, s.status)) END
UNION ALL
SELECT 'payout ' || p.id, 'is in another state than its history ends with' FROM payouts.payout p
WHERE p.status IS DISTINCT FROM (SELECT e.status FROM payouts.payout_event e WHERE e.payout = p.id ORDER BY e.key DESC LIMIT 1)
UNION ALL
SELECT 'payout ' || p.id, format('makes %s US cents in seven days, where %s are allowed', w.minor, v.payout_week_minor_max)
FROM payouts.payout p JOIN payouts.quote q ON q.id = p.quote JOIN policy.version v ON v.key = q.policy
CROSS JOIN LATERAL (
    SELECT sum(o.gross_minor) AS minor FROM payouts.payout o
    WHERE o.creator = p.creator AND o.requested_at > p.requested_at - interval '7 days' AND o.requested_at <= p.requested_at
        AND o.status NOT IN ('returned', 'rejected', 'canceled', 'failed')
) w
WHERE p.status NOT IN ('returned', 'rejected', 'canceled', 'failed') AND w.minor > v.payout_week_minor_max
UNION ALL
SELECT 'transfer ' || r.key, 'is at a rail, and of no attempt of ours, or of another amount' FROM payouts.transfer r
WHERE NOT EXISTS (SELECT FROM payouts.payout p JOIN payouts.quote q ON q.id = p.quote
    WHERE r.key = 'payout:' || p.id || ':' || p.attempt AND (q.net_minor, q.net_currency) = (r.minor, r.currency))
LIMIT 1000
