-- Ends an upload whose bytes have all come: its film is made. id: uuid
WITH whole AS (
    UPDATE media.upload SET ended_at = now(), completed = true WHERE id = %(id)s AND ended_at IS NULL RETURNING film
), filmed AS (
    UPDATE media.film f SET state = 'processing', progress = 0, attempt = 0, at = now() FROM whole
    WHERE f.stage = whole.film AND f.upload = %(id)s AND f.state = 'uploading' RETURNING f.stage
)
SELECT EXISTS (SELECT FROM filmed)
