-- Adds a gift. id: slug; name; coins: price of one; tier; streakable; art: JSON text; position
INSERT INTO catalog.gift (id, name, coins, tier, streakable, art, position)
VALUES (%(id)s, %(name)s, %(coins)s, %(tier)s, %(streakable)s, %(art)s::jsonb, %(position)s)
RETURNING key, id, name, coins, tier, streakable, art, position, retired_at
