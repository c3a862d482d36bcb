-- A method, whoever's it is. id
SELECT id, creator, rail, country, currency, shown, made_at, cool_until, verified_at, verified_by, removed_at FROM payouts.method WHERE id = %(id)s
