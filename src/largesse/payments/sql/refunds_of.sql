-- The refunds of a purchase, oldest first. purchase
SELECT id, ref, minor, currency, status, reason, made_at, moved_at FROM payments.refund WHERE purchase = %(purchase)s ORDER BY made_at, id
