-- Puts a dispute down. id; purchase; provider; ref; minor, fee_minor: minor units of currency; reason; evidence_due_at
INSERT INTO payments.dispute (id, purchase, provider, ref, minor, currency, fee_minor, status, reason, evidence_due_at)
VALUES (%(id)s, %(purchase)s, %(provider)s, %(ref)s, %(minor)s, %(currency)s, %(fee_minor)s, 'open', %(reason)s, %(evidence_due_at)s)
