-- A creator's methods, newest first. creator
SELECT id, creator, rail, country, currency, shown, made_at, cool_until, verified_at, verified_by, removed_at FROM payouts.method WHERE creator = %(creator)s AND removed_at IS NULL ORDER BY made_at DESC, id
