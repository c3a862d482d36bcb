-- The version of each document that is in force. now: time.
SELECT DISTINCT ON (document) document, version, effective_at, body FROM accounts.terms
WHERE effective_at <= %(now)s ORDER BY document, version DESC
