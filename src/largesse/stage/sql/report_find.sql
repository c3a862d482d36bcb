-- The open report about something, its row locked. kind; about: uuid
SELECT id FROM stage.report WHERE kind = %(kind)s AND about = %(about)s AND status = 'open' FOR UPDATE
