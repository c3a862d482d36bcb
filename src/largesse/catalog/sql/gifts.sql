-- Every gift, retired ones too, in the panel's order; no parameters.
SELECT key, id, name, coins, tier, streakable, art, position, retired_at FROM catalog.gift ORDER BY position, key
