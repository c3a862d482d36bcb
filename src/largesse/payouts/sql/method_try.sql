-- Count a try at a method's codes. id
UPDATE payouts.method SET tries = least(tries + 1, 1000) WHERE id = %(id)s RETURNING tries
