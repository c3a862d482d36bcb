-- Put a file from a bank down. id; rail; kind; bank_ref; digest; by; result: jsonb
INSERT INTO payouts.bank_report (id, rail, kind, bank_ref, digest, read_by, read_at, result)
VALUES (%(id)s, %(rail)s, %(kind)s, %(bank_ref)s, %(digest)s, %(by)s, now(), %(result)s)
