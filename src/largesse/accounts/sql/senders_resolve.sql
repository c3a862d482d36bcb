-- The accounts that the senders of a batch name, in order, NULL for unknown ones. A host's key reaches only accounts of
-- that host. ids: uuid[]; usernames, host_users: text[] (of each sender one is not NULL); host: key, or NULL for an operator's.
SELECT CASE WHEN %(host)s::integer IS NULL OR l.account IS NOT NULL THEN a.key END AS account
FROM unnest(%(ids)s::uuid[], %(usernames)s::text[], %(host_users)s::text[]) WITH ORDINALITY AS s (id, username, host_user, n)
LEFT JOIN accounts.account i ON i.id = s.id
LEFT JOIN accounts.account u ON u.username = s.username
LEFT JOIN accounts.host_user h ON h.host = %(host)s::integer AND h.host_user = s.host_user
LEFT JOIN accounts.account a ON a.key = coalesce(i.key, u.key, h.account) AND a.erased_at IS NULL
LEFT JOIN LATERAL (SELECT k.account FROM accounts.host_user k WHERE k.host = %(host)s::integer AND k.account = a.key LIMIT 1) l ON true
ORDER BY s.n
