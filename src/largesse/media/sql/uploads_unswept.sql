-- Uploads that are over and whose file no film needs. limit
SELECT u.id FROM media.upload u JOIN media.film f ON f.stage = u.film
WHERE u.ended_at IS NOT NULL AND NOT u.swept AND (NOT u.completed OR f.upload IS DISTINCT FROM u.id OR f.state <> 'processing')
ORDER BY u.ended_at LIMIT %(limit)s
