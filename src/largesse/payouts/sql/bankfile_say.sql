-- Note what a person says of a whole file, once. id; said; by; reference
UPDATE payouts.bank_file SET said = %(said)s, said_at = now(), said_by = %(by)s, reference = %(reference)s WHERE id = %(id)s AND said IS NULL RETURNING id
