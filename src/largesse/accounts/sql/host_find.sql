-- A host platform. id: uuid.
SELECT key, id, name, created_at FROM accounts.host WHERE id = %(id)s
