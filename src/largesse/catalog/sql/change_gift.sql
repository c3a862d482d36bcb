-- Says a gift's content anew. id: slug; name; coins; tier; streakable; art: JSON text; position
UPDATE catalog.gift SET name = %(name)s, coins = %(coins)s, tier = %(tier)s, streakable = %(streakable)s,
    art = %(art)s::jsonb, position = %(position)s
WHERE id = %(id)s
RETURNING key, id, name, coins, tier, streakable, art, position, retired_at
