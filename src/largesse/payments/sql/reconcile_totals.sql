-- Units that an app store sold and gave back in some days of the Pacific, and what is due for them: without tax, and without the store's fee
-- that was booked. Of a refund in part, its part of the units, one at least. provider; from_on, to_on: both included
WITH days AS (
    SELECT %(from_on)s::date::timestamp AT TIME ZONE 'America/Los_Angeles' AS from_at,
        (%(to_on)s::date + 1)::timestamp AT TIME ZONE 'America/Los_Angeles' AS to_at
)
SELECT 'charge' AS kind, coalesce(b.product_id, '') AS product, p.paid_currency AS currency, sum(p.quantity)::bigint AS units,
    sum(p.paid_minor - p.tax_minor - p.fee_minor)::bigint AS minor
FROM days, payments.purchase p LEFT JOIN catalog.bundle b ON b.key = p.bundle
WHERE p.provider = %(provider)s AND p.live AND p.paid_minor IS NOT NULL
    AND coalesce(p.granted_at, p.created_at) >= days.from_at AND coalesce(p.granted_at, p.created_at) < days.to_at
GROUP BY b.product_id, p.paid_currency
UNION ALL
SELECT 'refund', coalesce(b.product_id, ''), r.currency, sum(greatest(round(p.quantity * r.minor::numeric / p.paid_minor), 1))::bigint,
    sum(round(r.minor::numeric * (p.paid_minor - p.tax_minor - p.fee_minor) / p.paid_minor))::bigint
FROM days, payments.refund r JOIN payments.purchase p ON p.id = r.purchase LEFT JOIN catalog.bundle b ON b.key = p.bundle
WHERE r.provider = %(provider)s AND r.status = 'done' AND p.live AND p.paid_minor > 0 AND r.moved_at >= days.from_at AND r.moved_at < days.to_at
GROUP BY b.product_id, r.currency
ORDER BY kind, product, currency
