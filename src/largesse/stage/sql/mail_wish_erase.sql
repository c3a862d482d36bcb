-- Forgets which mail somebody wanted, and what was to be sent to them. account
WITH unsent AS (DELETE FROM stage.letter WHERE account = %(account)s) DELETE FROM stage.mail_wish WHERE account = %(account)s
