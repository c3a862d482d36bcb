-- Granted purchases whose store does not know it yet and is to be told now; of each store those that are due longest.
-- providers: text[]; limit: rows of each provider
SELECT u.id, u.provider
FROM unnest(%(providers)s::text[]) p (name) CROSS JOIN LATERAL (
    SELECT id, provider FROM payments.purchase WHERE provider = p.name AND unfinished AND finish_at <= now()
    ORDER BY finish_at LIMIT %(limit)s) u
