-- The version of a document in force at the transaction's time, and whether the account accepted it. account: key;
-- document: text.
SELECT t.version, EXISTS (SELECT 1 FROM accounts.acceptance a
    WHERE a.account = %(account)s AND a.document = t.document AND a.version = t.version) AS accepted
FROM accounts.terms t WHERE t.document = %(document)s AND t.effective_at <= now() ORDER BY t.version DESC LIMIT 1
