-- Let a person look at a draft. id
UPDATE payouts.paper SET status = 'waiting', submitted_at = now() WHERE id = %(id)s AND status = 'draft'
