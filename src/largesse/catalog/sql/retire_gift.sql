-- Takes a gift out of the panel; repeating it changes nothing. id: slug
UPDATE catalog.gift SET retired_at = coalesce(retired_at, now()) WHERE id = %(id)s
RETURNING key, id, name, coins, tier, streakable, art, position, retired_at
