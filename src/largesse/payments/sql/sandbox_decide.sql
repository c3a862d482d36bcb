-- The sandbox provider's bank decides. ref; status: won|lost
UPDATE payments.sandbox_dispute SET status = %(status)s WHERE ref = %(ref)s
