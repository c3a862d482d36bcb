-- Closes an invitation that was not accepted; nothing where it stands no longer. match; status: declined or withdrawn
UPDATE stage.match SET status = %(status)s WHERE key = %(match)s AND status = 'invited' AND expires_at > now() RETURNING key
