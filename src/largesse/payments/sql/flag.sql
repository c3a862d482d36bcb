-- A person should look at a purchase. id; word
UPDATE payments.purchase SET flags = flags || %(word)s::text WHERE id = %(id)s AND NOT %(word)s = ANY (flags)
