-- Orders that wait for money, or for a grant that did not come to its end, and were not looked at for a while: often
-- while they are young, seldom later. Of each provider those that were looked at longest ago.
-- providers: text[]; young_s, pause_s: seconds; limit: rows of each provider
SELECT w.id, w.provider, w.provider_ref, w.created_at < now() - interval '24 hours' AS old
FROM unnest(%(providers)s::text[]) p (name) CROSS JOIN LATERAL (
    SELECT id, provider, provider_ref, created_at FROM payments.purchase
    WHERE provider = p.name AND status IN ('created', 'awaiting_payment', 'pending', 'paid')
        AND coalesce(looked_at, created_at) < now() - make_interval(secs => %(pause_s)s)
        AND (looked_at IS NULL OR created_at > now() - make_interval(secs => %(young_s)s)
            OR looked_at < now() - make_interval(secs => 20 * %(pause_s)s))
    ORDER BY coalesce(looked_at, created_at) LIMIT %(limit)s) w
