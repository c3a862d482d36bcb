-- A dispute is decided, or decided otherwise. id; status: won|lost
UPDATE payments.dispute SET status = %(status)s, decided_at = now() WHERE id = %(id)s
