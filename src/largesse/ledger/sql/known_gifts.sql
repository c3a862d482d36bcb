-- Which of the requested gifts are in the books already.
-- ids: uuid[], senders: int[] (pairs), low, high: uuid bounds of ids, so that other partitions are not looked at
SELECT g.id, g.sender, g.stage, g.kind, g.count, g.flags, g.coins_paid, g.coins_promo, g.diamonds_milli, g.receiver, g.policy, g.batch, g.leaf,
    b.recorded_at, g.api_key
FROM unnest(%(ids)s::uuid[], %(senders)s::int[]) AS r (id, sender)
JOIN ledger.gift g ON g.id = r.id AND g.sender = r.sender AND g.id BETWEEN %(low)s::uuid AND %(high)s::uuid
JOIN ledger.batch b ON b.batch = g.batch
