-- Granted purchases whose store does not know it yet. limit: rows
SELECT id, provider, provider_ref FROM payments.purchase WHERE unfinished ORDER BY granted_at LIMIT %(limit)s
