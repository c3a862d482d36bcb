-- Where a paid purchase stands now. id; provider_ref; status: granted|mismatch; line: paid|promo, NULL for a mismatch;
-- paid_minor, fee_minor: minor units of paid_currency; live; unfinished: a step at the store is still to do; flag: one
-- more or NULL; actor; reason. Trigger purchase_legal_move refuses what is not paid.
WITH moved AS (
    UPDATE payments.purchase SET status = %(status)s, provider_ref = %(provider_ref)s, granted_class = %(line)s,
        granted_at = CASE WHEN %(status)s = 'granted' THEN now() ELSE granted_at END, paid_minor = %(paid_minor)s,
        paid_currency = %(paid_currency)s, fee_minor = %(fee_minor)s, live = %(live)s, unfinished = %(unfinished)s,
        flags = array_remove(flags || %(flag)s::text, NULL)
    WHERE id = %(id)s
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor, reason) SELECT id, status, %(actor)s, %(reason)s FROM moved
