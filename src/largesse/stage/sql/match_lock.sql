-- Locks a match against other changes. id: uuid
SELECT key FROM stage.match WHERE id = %(id)s FOR NO KEY UPDATE
