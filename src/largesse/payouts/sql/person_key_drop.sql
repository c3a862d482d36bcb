-- Destroy a person's key. account
DELETE FROM payouts.person_key WHERE account = %(account)s
