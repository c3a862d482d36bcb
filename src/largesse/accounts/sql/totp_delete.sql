-- Removes a person's authenticator; a row with when it was turned on, if it was. account: key.
DELETE FROM accounts.totp WHERE account = %(account)s RETURNING confirmed_at
