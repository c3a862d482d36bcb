-- Whether an account is frozen. account
SELECT EXISTS (SELECT FROM ledger.wallet WHERE account = %(account)s AND frozen)
