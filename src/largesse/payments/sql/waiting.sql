-- Orders that wait for money, or for a grant that did not come to its end, and were not looked at for a while: often
-- while they are young, seldom later.
-- young_s, pause_s: seconds; limit: rows
SELECT id, provider, provider_ref, created_at < now() - interval '24 hours' AS old
FROM payments.purchase
WHERE status IN ('created', 'awaiting_payment', 'pending', 'paid')
    AND (looked_at IS NULL AND created_at < now() - make_interval(secs => %(pause_s)s)
        OR looked_at < now() - make_interval(secs => CASE WHEN created_at > now() - make_interval(secs => %(young_s)s)
            THEN %(pause_s)s ELSE 20 * %(pause_s)s END))
ORDER BY created_at LIMIT %(limit)s
