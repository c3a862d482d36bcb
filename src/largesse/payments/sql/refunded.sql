-- Where a purchase stands after money went back or came again. id; minor: signed, minor units of its currency; status: or
-- NULL to leave it; actor; reason. Trigger purchase_legal_move refuses what purchase_move does not hold.
WITH moved AS (
    UPDATE payments.purchase SET refunded_minor = refunded_minor + %(minor)s, status = coalesce(%(status)s, status)
    WHERE id = %(id)s
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor, reason)
SELECT id, status, %(actor)s, %(reason)s FROM moved WHERE %(status)s::text IS NOT NULL
