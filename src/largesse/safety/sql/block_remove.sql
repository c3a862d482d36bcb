-- Lifts one of somebody's blocks: by its id, or of a named person. account; id: uuid or null; blocked: account or null
DELETE FROM safety.block
WHERE account = %(account)s AND (id = %(id)s::uuid OR (blocked = %(blocked)s::int AND receipt = ''))
