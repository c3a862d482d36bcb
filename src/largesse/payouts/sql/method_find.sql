-- A method, whoever's it is. id
SELECT id, creator, rail, country, currency, shown, made_at, cool_until, verified_at, verified_by, removed_at,
    (SELECT n.code FROM payouts.method_note n WHERE n.method = m.id ORDER BY n.key DESC LIMIT 1) AS noted FROM payouts.method m WHERE id = %(id)s
