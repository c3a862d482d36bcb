-- A person's sealed key; no row for who has none, or was erased. account: key.
SELECT sealed FROM accounts.personal_key WHERE account = %(account)s
