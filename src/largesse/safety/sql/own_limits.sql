-- Somebody's own limits as they stand, those that are to come too. account
SELECT name, amount, currency, next_amount, next_currency, next_at FROM safety.own_limit WHERE account = %(account)s
