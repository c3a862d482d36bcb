-- Put the parts of gifts of a transfer into the outbox, as kit.outbox puts its rows. transfer, topic, reason
INSERT INTO kit.outbox (epoch, topic, subject, body)
SELECT coalesce((SELECT w.epoch FROM kit.world w), 1), %(topic)s, p.stage, jsonb_build_object('receipt', p.batch || '.' || p.leaf,
    'batch', p.batch, 'leaf', p.leaf, 'sender', p.sender, 'receiver', p.receiver, 'coins', p.coins, 'diamonds_milli', p.milli,
    'anonymous', p.anonymous, 'reason', %(reason)s::text)
FROM ledger.gift_part p WHERE p.transfer = %(transfer)s ORDER BY p.batch, p.leaf, p.low
