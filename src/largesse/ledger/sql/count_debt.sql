-- Count what an account owes more, or less. account; debt: coins, signed
UPDATE ledger.wallet SET debt = debt + %(debt)s WHERE account = %(account)s
