-- By what name API keys gave: the host's, or their own where they are the operator's. keys: integer[].
SELECT b.key, coalesce(h.name, b.name) AS name FROM accounts.bearer b LEFT JOIN accounts.host h ON h.key = b.host
WHERE b.key = ANY (%(keys)s) AND b.kind = 'api_key'
