-- Ask for a file of a rail. id; rail; by; execution_on
INSERT INTO payouts.bank_file (id, rail, wanted_by, wanted_at, execution_on) VALUES (%(id)s, %(rail)s, %(by)s, now(), %(execution_on)s)
