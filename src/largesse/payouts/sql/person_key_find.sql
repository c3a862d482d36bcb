-- A person's sealed key. account
SELECT sealed FROM payouts.person_key WHERE account = %(account)s
