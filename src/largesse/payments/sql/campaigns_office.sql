-- Campaigns as operators see them, newest id first: proposals, with what was granted where they were approved.
-- id: one of them, or NULL; status: text or NULL; before: uuid to go on behind, or NULL; limit: rows
SELECT * FROM (
    SELECT p.id, p.body, p.reason, p.ticket, p.proposed_by, p.proposed_at, p.decided_by, p.decided_at, c.starts_at, c.granted_coins,
        c.ended_at, coalesce(c.granted_coins / c.coins, 0) AS grants,
        CASE WHEN p.state IN ('rejected', 'withdrawn') THEN p.state
            WHEN c.id IS NULL THEN 'proposed'
            WHEN c.ended_at IS NOT NULL THEN 'ended'
            WHEN now() >= c.ends_at THEN 'over'
            WHEN c.granted_coins + c.coins > c.budget_coins THEN 'exhausted'
            WHEN now() < c.starts_at THEN 'coming'
            ELSE 'running' END AS status
    FROM kit.proposal p LEFT JOIN payments.campaign c ON c.id = p.id
    WHERE p.kind = 'payments.campaign' AND (%(id)s::uuid IS NULL OR p.id = %(id)s)
        AND (%(before)s::uuid IS NULL OR p.id < %(before)s)
) AS listed
WHERE %(status)s::text IS NULL OR status = %(status)s
ORDER BY id DESC LIMIT %(limit)s
