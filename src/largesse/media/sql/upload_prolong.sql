-- Lets an upload on its way expire later. id: uuid; hours: from now
UPDATE media.upload SET expires_at = now() + make_interval(hours => %(hours)s)
WHERE id = %(id)s AND ended_at IS NULL AND expires_at > now() RETURNING expires_at
