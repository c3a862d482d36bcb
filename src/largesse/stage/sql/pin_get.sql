-- A room's pinned comment. stage
SELECT c.id, c.sender, c.text, c.at FROM stage.pin p JOIN stage.comment c ON c.id = p.comment
WHERE p.stage = %(stage)s AND c.hidden_by IS NULL
