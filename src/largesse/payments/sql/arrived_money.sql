-- What arrived for a purchase. id
SELECT paid_minor, paid_currency FROM payments.purchase WHERE id = %(id)s AND paid_minor IS NOT NULL
