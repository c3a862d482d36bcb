-- Moves a purchase to another state and keeps when, why and by whom. id; status; actor; reason; provider_ref: kept where
-- not NULL. Trigger purchase_legal_move refuses what purchase_move does not hold.
WITH moved AS (
    UPDATE payments.purchase SET status = %(status)s, provider_ref = coalesce(%(provider_ref)s, provider_ref)
    WHERE id = %(id)s
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor, reason) SELECT id, status, %(actor)s, %(reason)s FROM moved
