-- Move a payout to another state and keep when, why and by whom. id; status; actor; reason; ref: the rail's, kept where not NULL. Trigger
-- payout_legal_move refuses what payout_move does not hold.
WITH moved AS (
    UPDATE payouts.payout SET status = %(status)s, rail_ref = coalesce(%(ref)s, rail_ref) WHERE id = %(id)s RETURNING id, status
)
INSERT INTO payouts.payout_event (payout, status, actor, reason, at) SELECT id, status, %(actor)s, %(reason)s, now() FROM moved
