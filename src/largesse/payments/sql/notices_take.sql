-- Takes a provider's notices to work on: nobody else takes them for lease_s. provider; limit: rows; lease_s: seconds
UPDATE payments.notice n SET due_at = now() + make_interval(secs => %(lease_s)s), tries = least(n.tries + 1, 1000)
FROM (SELECT key FROM payments.notice WHERE provider = %(provider)s AND done_at IS NULL AND due_at <= now() ORDER BY due_at
      LIMIT %(limit)s FOR UPDATE SKIP LOCKED) t
WHERE n.key = t.key
RETURNING n.key, n.provider, n.event, n.kind, n.refs, n.asks, n.tries
