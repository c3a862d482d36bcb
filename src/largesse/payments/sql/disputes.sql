-- Disputes, newest first. purchase: or NULL for all; status: or NULL; before: the last one seen, or NULL; limit: rows
SELECT d.id, d.purchase, a.username, d.provider, d.ref, d.minor, d.currency, d.fee_minor, d.status, d.reason, d.evidence_due_at, d.opened_at,
    d.decided_at
FROM payments.dispute d JOIN payments.purchase p ON p.id = d.purchase JOIN accounts.account a ON a.key = p.account
WHERE (%(purchase)s::uuid IS NULL OR d.purchase = %(purchase)s) AND (%(status)s::text IS NULL OR d.status = %(status)s)
    AND (%(before)s::uuid IS NULL OR d.id < %(before)s::uuid)
ORDER BY d.id DESC LIMIT %(limit)s
