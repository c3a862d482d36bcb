-- Starts an invitation that stands; nothing where it does not. match; in_s: seconds until it begins
UPDATE stage.match SET status = 'running', started_at = now() + make_interval(secs => %(in_s)s),
    ends_at = now() + make_interval(secs => %(in_s)s + seconds)
WHERE key = %(match)s AND status = 'invited' AND expires_at > now() RETURNING key
