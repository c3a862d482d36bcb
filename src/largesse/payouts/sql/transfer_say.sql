-- Note what became of a transfer, where it follows from what stands; ref is kept where it is empty. key; state; ref; reason; back_minor: of its
-- currency, for a returned one
UPDATE payouts.transfer SET state = %(state)s, ref = coalesce(nullif(%(ref)s, ''), ref), reason = %(reason)s, back_minor = %(back_minor)s
WHERE key = %(key)s AND (state, %(state)s) IN (('submitted', 'in_transit'), ('submitted', 'paid'), ('submitted', 'failed'), ('in_transit', 'paid'),
    ('in_transit', 'failed'), ('paid', 'returned')) AND coalesce(%(back_minor)s, 0) <= minor
RETURNING key
