-- Whom somebody blocked, the newest first, behind an id. account; before: uuid or null; limit
SELECT id, blocked, receipt, at FROM safety.block
WHERE account = %(account)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid) ORDER BY id DESC LIMIT %(limit)s
