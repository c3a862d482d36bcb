-- Accepts the versions in force. account: key; documents: text[]; now: time.
INSERT INTO accounts.acceptance (account, document, version, accepted_at)
SELECT %(account)s, document, max(version), %(now)s FROM accounts.terms
WHERE document = ANY (%(documents)s) AND effective_at <= %(now)s GROUP BY document
ON CONFLICT DO NOTHING
