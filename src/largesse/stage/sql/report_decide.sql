-- Closes a report. id: uuid; status: acted or dismissed; actor; decision; note
UPDATE stage.report SET status = %(status)s, decided_at = now(), decided_by = %(actor)s, decision = %(decision)s, note = %(note)s
WHERE id = %(id)s AND status = 'open'
