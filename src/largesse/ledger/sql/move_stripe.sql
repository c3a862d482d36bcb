-- Move the stripe's head; no row where its head is not the one that this committer read.
-- stripe, n (the new one), batch, chain, recorded_at, gifts, coins_paid, coins_promo, milli (of the batch)
UPDATE ledger.stripe SET n = %(n)s, batch = %(batch)s, chain = %(chain)s, recorded_at = %(recorded_at)s, gifts = gifts + %(gifts)s,
    coins_paid = coins_paid + %(coins_paid)s, coins_promo = coins_promo + %(coins_promo)s, diamonds_milli = diamonds_milli + %(milli)s
WHERE stripe = %(stripe)s AND n = %(n)s - 1
