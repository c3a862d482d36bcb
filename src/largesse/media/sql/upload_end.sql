-- Ends an upload on its way; its film awaits another. id: uuid
WITH gone AS (
    UPDATE media.upload SET ended_at = now() WHERE id = %(id)s AND ended_at IS NULL RETURNING film
), filmed AS (
    UPDATE media.film f SET upload = NULL FROM gone WHERE f.stage = gone.film AND f.upload = %(id)s
)
SELECT EXISTS (SELECT FROM gone)
