-- Every method that a creator ever had, newest first. creator
SELECT id, rail, country, currency, shown, sealed, made_at, cool_until, verified_at, removed_at
FROM payouts.method WHERE creator = %(creator)s ORDER BY made_at DESC, id
