-- Ends uploads that expired. limit
WITH late AS (
    SELECT id FROM media.upload WHERE ended_at IS NULL AND expires_at < now() ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE media.upload u SET ended_at = now() FROM late l WHERE u.id = l.id RETURNING u.film
