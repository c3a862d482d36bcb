-- What settling needs of gifts. kinds: smallint[], keys of catalog.gift
SELECT key, coins, streakable, retired_at IS NOT NULL AS retired FROM catalog.gift WHERE key = ANY (%(kinds)s)
