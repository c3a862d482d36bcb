-- Host platforms, newest first. before: key to go on behind, or NULL; limit: rows.
SELECT key, id, name, created_at FROM accounts.host
WHERE %(before)s::integer IS NULL OR key < %(before)s ORDER BY key DESC LIMIT %(limit)s
