-- Which of the accounts have a wallet. accounts: int[]
SELECT account FROM ledger.wallet WHERE account = ANY(%(accounts)s::int[])
