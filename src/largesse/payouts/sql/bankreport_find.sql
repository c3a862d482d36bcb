-- A file from a bank by its own id. rail; kind; bank_ref
SELECT id, rail, kind, bank_ref, digest, read_by, read_at, result FROM payouts.bank_report
WHERE rail = %(rail)s AND kind = %(kind)s AND bank_ref = %(bank_ref)s
