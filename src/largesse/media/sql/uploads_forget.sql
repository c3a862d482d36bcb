-- Forgets uploads that began over a day ago, are over, and have no file. limit
DELETE FROM media.upload WHERE id IN (
    SELECT id FROM media.upload WHERE swept AND ended_at < now() - interval '1 day' AND at < now() - interval '1 day'
    ORDER BY ended_at LIMIT %(limit)s)
