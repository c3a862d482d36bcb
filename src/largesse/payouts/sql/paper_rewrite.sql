-- Change a draft. id, country, valid_until: NULL for no end; sealed
UPDATE payouts.paper SET country = %(country)s, valid_until = %(valid_until)s, sealed = %(sealed)b WHERE id = %(id)s AND status = 'draft'
