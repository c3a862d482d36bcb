-- Since when a buyer consents that a store is told what became of their coins. account
SELECT at FROM payments.consent WHERE account = %(account)s
