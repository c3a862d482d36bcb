-- A question by its id. id: uuid
SELECT id, stage, sender, text, status, at FROM stage.question WHERE id = %(id)s
