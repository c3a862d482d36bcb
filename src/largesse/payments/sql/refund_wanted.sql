-- A refund that we want, if the provider does not show it yet. id
SELECT r.id, r.purchase, r.provider, p.provider_ref, r.minor, r.currency, r.reason
FROM payments.refund r JOIN payments.purchase p ON p.id = r.purchase WHERE r.id = %(id)s AND r.wanted_by IS NOT NULL AND r.status IN ('wanted', 'pending')
