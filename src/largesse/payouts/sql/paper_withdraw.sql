-- Take a paper back before it is decided, and what it says with it. id
UPDATE payouts.paper SET status = 'withdrawn', sealed = NULL WHERE id = %(id)s AND status IN ('draft', 'waiting')
