-- A buyer takes the consent back. account
DELETE FROM payments.consent WHERE account = %(account)s
