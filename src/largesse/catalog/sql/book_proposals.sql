-- Proposed books, newest id first, with what became of those that were approved. id: one of them, or NULL; before: uuid to
-- go on behind, or NULL; limit: rows
SELECT p.id, p.body, p.reason, p.ticket, p.proposed_by, p.proposed_at, p.decided_by, p.decided_at, c.effective_at,
    CASE WHEN p.state IN ('rejected', 'withdrawn') THEN p.state
        WHEN c.id IS NULL THEN 'proposed'
        WHEN c.canceled_at IS NOT NULL THEN 'canceled'
        WHEN c.applied_at IS NOT NULL THEN 'applied'
        ELSE 'coming' END AS status
FROM kit.proposal p LEFT JOIN catalog.coming_book c ON c.id = p.id
WHERE p.kind = 'catalog.book' AND (%(id)s::uuid IS NULL OR p.id = %(id)s) AND (%(before)s::uuid IS NULL OR p.id < %(before)s)
ORDER BY p.id DESC LIMIT %(limit)s
