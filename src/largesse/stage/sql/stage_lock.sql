-- A stage by its public id, locked against other changes. id: uuid
SELECT * FROM stage.stage WHERE id = %(id)s FOR NO KEY UPDATE
