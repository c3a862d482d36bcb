-- A stage by its public id. id: uuid
SELECT * FROM stage.stage WHERE id = %(id)s
