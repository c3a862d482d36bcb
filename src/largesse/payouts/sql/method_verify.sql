-- Note that a method is verified, once. id; by: how or by whom
UPDATE payouts.method SET verified_at = now(), verified_by = %(by)s, codes = NULL WHERE id = %(id)s AND verified_at IS NULL
