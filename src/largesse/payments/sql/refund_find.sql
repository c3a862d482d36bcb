-- A refund by its id. id
SELECT id, purchase, status, minor, currency, reason, wanted_by FROM payments.refund WHERE id = %(id)s
