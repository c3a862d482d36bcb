-- Locks a purchase: what is read by the next statement is its state under the lock. id
SELECT FROM payments.purchase WHERE id = %(id)s FOR NO KEY UPDATE
