-- Answers or dismisses a question, or opens it again; who asked what. id: uuid; stage; status
UPDATE stage.question SET status = %(status)s, decided_at = CASE WHEN %(status)s <> 'open' THEN now() END
WHERE id = %(id)s AND stage = %(stage)s RETURNING sender, text
