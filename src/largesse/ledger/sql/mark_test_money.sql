-- From now on no promotional coin of this wallet earns a creator anything; nothing ever takes that back. account
UPDATE ledger.wallet SET test_money = true WHERE account = %(account)s AND NOT test_money
