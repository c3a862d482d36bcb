-- Keeps a question; nothing where the id is taken. id: uuid; stage, sender; text
INSERT INTO stage.question (id, stage, sender, text) VALUES (%(id)s, %(stage)s, %(sender)s, %(text)s)
ON CONFLICT (id) DO NOTHING
RETURNING at
