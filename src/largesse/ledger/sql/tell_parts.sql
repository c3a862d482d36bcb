-- Put the parts of gifts of a transfer into the outbox, a hundred of one stage in a row, as kit.outbox puts its rows.
-- transfer, topic, reason. OFFSET 0: the parts are found by their transfer, not read whole in the order of stages.
INSERT INTO kit.outbox (epoch, topic, subject, body)
SELECT coalesce((SELECT w.epoch FROM kit.world w), 1), %(topic)s, p.stage, jsonb_build_object('reason', %(reason)s::text, 'parts',
    jsonb_agg(jsonb_build_array(p.batch, p.leaf, p.sender, p.receiver, p.coins, p.milli, p.anonymous) ORDER BY p.batch, p.leaf, p.low))
FROM (
    SELECT g.*, (row_number() OVER (PARTITION BY g.stage ORDER BY g.batch, g.leaf, g.low) - 1) / 100 AS hundred
    FROM (SELECT * FROM ledger.gift_part WHERE transfer = %(transfer)s OFFSET 0) g
) p
GROUP BY p.stage, p.hundred ORDER BY min(p.batch), p.stage, p.hundred
