-- The sandbox provider gives back; again is the same. Nothing is returned where it is more than was taken.
-- ref; charge; minor: minor units of the charge's currency
WITH charge AS (
    SELECT ref, minor FROM payments.sandbox_charge WHERE ref = %(charge)s FOR UPDATE
)
INSERT INTO payments.sandbox_refund (ref, charge, minor)
SELECT %(ref)s, c.ref, %(minor)s::bigint FROM charge c
WHERE c.minor >= %(minor)s::bigint + (SELECT coalesce(sum(r.minor), 0) FROM payments.sandbox_refund r WHERE r.charge = c.ref AND r.ref <> %(ref)s)
ON CONFLICT (ref) DO UPDATE SET ref = excluded.ref
RETURNING ref
