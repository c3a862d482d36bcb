-- Keeps what was said with gifts. senders: int[], gifts: uuid[], stages: int[], combos, messages: text[] (of equal length)
INSERT INTO stage.note (sender, gift, stage, combo, message)
SELECT r.sender, r.gift, r.stage, r.combo, r.message
FROM unnest(%(senders)s::int[], %(gifts)s::uuid[], %(stages)s::int[], %(combos)s::text[], %(messages)s::text[])
    AS r (sender, gift, stage, combo, message)
ON CONFLICT (sender, gift) DO NOTHING
