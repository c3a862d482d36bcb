-- Every part of a gift that was reversed or came back, in order, with the public id of its transfer.
SELECT t.id, p.batch, p.leaf, p.low, p.coins, p.milli, p.sender, p.receiver, p.stage, p.day, p.policy, p.anonymous
FROM ledger.gift_part p JOIN ledger.transfer t ON t.key = p.transfer ORDER BY p.transfer, p.batch, p.leaf, p.low
