-- The gifts of a batch in leaf order, with the columns in their order in the journal. batch
SELECT id, batch, paid_before, promo_before, diamonds_milli, sender, receiver, stage, coins_paid, coins_promo, api_key,
    kind, count, policy, leaf, flags
FROM ledger.gift WHERE batch = %(batch)s ORDER BY leaf
