-- What was said with gifts. senders: int[], gifts: uuid[] (pairs)
SELECT n.sender, n.gift, n.combo, n.message
FROM unnest(%(senders)s::int[], %(gifts)s::uuid[]) AS r (sender, gift)
JOIN stage.note n ON n.sender = r.sender AND n.gift = r.gift
