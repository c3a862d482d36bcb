-- Causes in the books of an app store's sales and refunds in some days of the Pacific. provider; from_on, to_on: both included
WITH days AS (
    SELECT %(from_on)s::date::timestamp AT TIME ZONE 'America/Los_Angeles' AS from_at,
        (%(to_on)s::date + 1)::timestamp AT TIME ZONE 'America/Los_Angeles' AS to_at
)
SELECT 'charge' AS kind, 'purchase:' || p.id AS source FROM days, payments.purchase p
WHERE p.provider = %(provider)s AND p.live AND p.paid_minor IS NOT NULL
    AND coalesce(p.granted_at, p.created_at) >= days.from_at AND coalesce(p.granted_at, p.created_at) < days.to_at
UNION ALL
SELECT 'refund', 'refund:' || r.id FROM days, payments.refund r JOIN payments.purchase p ON p.id = r.purchase
WHERE r.provider = %(provider)s AND r.status = 'done' AND p.live AND r.moved_at >= days.from_at AND r.moved_at < days.to_at
