-- Marks an address as proved, where it is still the account's and was not proved before. account: key; email: text; now: time.
UPDATE accounts.account SET email_verified_at = %(now)s
WHERE key = %(account)s AND email = %(email)s AND erased_at IS NULL AND email_verified_at IS NULL
