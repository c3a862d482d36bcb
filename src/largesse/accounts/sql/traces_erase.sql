-- Removes what else names a person: links, follows, host users and codes, the gifter's level, devices of sessions, the second
-- factor, and the key without which nobody reads what was sealed under it. account: key.
WITH links AS (DELETE FROM accounts.link WHERE account = %(account)s),
    hosts AS (DELETE FROM accounts.host_user WHERE account = %(account)s),
    codes AS (DELETE FROM accounts.host_code WHERE account = %(account)s),
    gifters AS (DELETE FROM accounts.gifter WHERE account = %(account)s),
    totps AS (DELETE FROM accounts.totp WHERE account = %(account)s),
    keys AS (DELETE FROM accounts.personal_key WHERE account = %(account)s),
    follows AS (DELETE FROM accounts.follow WHERE follower = %(account)s OR followed = %(account)s)
UPDATE accounts.bearer SET device = '', address = NULL, name = '' WHERE account = %(account)s
