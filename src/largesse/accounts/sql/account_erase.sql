-- Erases a person: everything that names them is replaced, the key and id stay for the books. account: key; username,
-- display_name: what stands there instead; now: time.
UPDATE accounts.account SET username = %(username)s, display_name = %(display_name)s, email = NULL, password_hash = NULL,
    birth_date = '1900-01-01', country = 'ZZ', adult_from = '9999-12-31', creator_since = NULL, roles = '{}',
    language = NULL, email_verified_at = NULL, erased_at = %(now)s
WHERE key = %(account)s AND erased_at IS NULL
