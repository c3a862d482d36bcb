-- Note that a method is removed. id
UPDATE payouts.method SET removed_at = coalesce(removed_at, now()) WHERE id = %(id)s
