-- Host platforms by key. hosts: integer[].
SELECT key, id, name, created_at FROM accounts.host WHERE key = ANY (%(hosts)s)
