-- Refunds that we want and the provider does not show yet, not asked for in the last minute; one that it makes itself (wanted_by is
-- NULL) is never asked for. limit: rows
SELECT r.id, r.purchase, r.provider, p.provider_ref, r.minor, r.currency, r.reason
FROM payments.refund r JOIN payments.purchase p ON p.id = r.purchase
WHERE r.wanted_by IS NOT NULL AND r.status IN ('wanted', 'pending') AND r.moved_at < now() - interval '1 minute' ORDER BY r.moved_at LIMIT %(limit)s
