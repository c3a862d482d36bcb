-- Refunds that we want and the provider does not show yet, not asked for in the last minute; one that it makes itself (wanted_by is
-- NULL) is never asked for. Of each provider those that were asked for longest ago. providers: text[]; limit: rows of each provider
SELECT w.id, w.purchase, w.provider, p.provider_ref, w.minor, w.currency, w.reason
FROM unnest(%(providers)s::text[]) n (name) CROSS JOIN LATERAL (
    SELECT id, purchase, provider, minor, currency, reason FROM payments.refund
    WHERE provider = n.name AND wanted_by IS NOT NULL AND status IN ('wanted', 'pending') AND moved_at < now() - interval '1 minute'
    ORDER BY moved_at LIMIT %(limit)s) w
JOIN payments.purchase p ON p.id = w.purchase
