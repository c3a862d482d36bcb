-- The store knows that the coins are there. id
UPDATE payments.purchase SET unfinished = false WHERE id = %(id)s
