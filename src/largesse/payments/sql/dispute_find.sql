-- A dispute by its id. id
SELECT id, purchase, status, minor, currency FROM payments.dispute WHERE id = %(id)s
