-- Every gift, in the order of the books.
SELECT g.id, g.batch, g.leaf, g.sender, g.receiver, g.stage, g.kind, g.count, g.coins_paid, g.coins_promo, g.diamonds_milli,
    g.policy, g.flags, g.api_key, g.paid_before, g.promo_before, b.recorded_at
FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch ORDER BY g.batch
