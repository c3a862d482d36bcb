-- Let an approved paper give way to another one. creator, subject; by: an operator
UPDATE payouts.paper SET status = 'replaced', decided_at = now(), decided_by = %(by)s
WHERE creator = %(creator)s AND subject = %(subject)s AND status = 'approved'
