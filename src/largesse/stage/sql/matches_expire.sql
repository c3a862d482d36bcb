-- Lets invitations lapse that nobody answered in time. limit
UPDATE stage.match SET status = 'expired' WHERE key IN (
    SELECT key FROM stage.match WHERE status = 'invited' AND expires_at <= now() ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING key
