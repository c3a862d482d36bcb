-- Note that what creators owed since a taking is owed no longer. transfer: what undid it; taken: that taking
INSERT INTO ledger.receivable (transfer, creator, policy, milli, minor, undoes)
SELECT %(transfer)s, creator, policy, -milli, -minor, transfer FROM ledger.receivable WHERE transfer = %(taken)s
