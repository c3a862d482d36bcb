-- The gifts of batches, in the order of the books. batches: bigint[]
SELECT g.id, g.batch, g.leaf, g.sender, g.receiver, g.stage, g.kind, g.count, g.coins_paid, g.coins_promo, g.diamonds_milli, g.policy, g.flags, g.api_key, g.paid_before, g.promo_before FROM ledger.gift g WHERE g.batch = ANY(%(batches)s::bigint[]) ORDER BY g.batch, g.leaf
