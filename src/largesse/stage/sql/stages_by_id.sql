-- Stages by their public ids. ids: uuid[]
SELECT * FROM stage.stage WHERE id = ANY (%(ids)s::uuid[])
