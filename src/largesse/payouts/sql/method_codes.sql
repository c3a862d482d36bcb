-- Note what two small deposits come to. id; codes: their hash
UPDATE payouts.method SET codes = %(codes)s, tries = 0 WHERE id = %(id)s AND verified_at IS NULL
