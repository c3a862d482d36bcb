-- Moves a purchase to another state and keeps when and by whom. id; status; actor; provider_ref: kept where not NULL.
-- Trigger purchase_legal_move refuses what purchase_move does not hold.
WITH moved AS (
    UPDATE payments.purchase SET status = %(status)s, provider_ref = coalesce(%(provider_ref)s, provider_ref),
        granted_at = CASE WHEN %(status)s = 'granted' THEN now() ELSE granted_at END
    WHERE id = %(id)s
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor) SELECT id, status, %(actor)s FROM moved
