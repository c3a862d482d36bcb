-- Why an account spends nothing, each cause once. account
SELECT DISTINCT cause FROM ledger.freeze WHERE account = %(account)s ORDER BY cause
