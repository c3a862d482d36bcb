-- Persists what givers gave in rooms, absolute. stages, senders: int[]; coins, gifts, anonymous: bigint[] (of equal length)
INSERT INTO realtime.gifter (stage, sender, coins, gifts, anonymous_coins)
SELECT r.stage, r.sender, r.coins, r.gifts, r.anonymous
FROM unnest(%(stages)s::int[], %(senders)s::int[], %(coins)s::bigint[], %(gifts)s::bigint[], %(anonymous)s::bigint[])
    AS r (stage, sender, coins, gifts, anonymous)
ORDER BY r.stage, r.sender
ON CONFLICT (stage, sender) DO UPDATE SET
    coins = excluded.coins, gifts = excluded.gifts, anonymous_coins = excluded.anonymous_coins
