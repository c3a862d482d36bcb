-- Give back the parts of gifts that another transfer reversed. transfer; taken: that transfer
INSERT INTO ledger.gift_part (transfer, batch, leaf, low, coins, milli, dispute, sender, receiver, stage, day, policy, anonymous)
SELECT %(transfer)s, batch, leaf, low, -coins, -milli, dispute, sender, receiver, stage, day, policy, anonymous
FROM ledger.gift_part WHERE transfer = %(taken)s
