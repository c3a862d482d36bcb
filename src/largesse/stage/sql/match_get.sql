-- A match by its public id. id: uuid
SELECT m.* FROM stage.shown_match m
WHERE m.id = %(id)s
