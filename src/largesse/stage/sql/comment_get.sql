-- A comment by its id. id: uuid
SELECT id, stage, sender, text, at, hidden_by FROM stage.comment WHERE id = %(id)s
