-- Payouts with quotes and histories, newest first. creator, status: NULL for all; before_at, before_id: NULL for the first page; limit
SELECT p.id, p.creator, p.rail, m.shown, p.status, p.reasons, p.attempt, p.rail_ref, p.requested_at, p.submitted_at, p.due_at, p.looks,
    q.id AS q_id, q.creator AS q_creator, q.method AS q_method, q.policy AS q_policy, q.days AS q_days, q.policies AS q_policies, q.millis AS q_millis,
    q.gross_minor AS q_gross_minor, q.fee_minor AS q_fee_minor, q.net_minor AS q_net_minor, q.net_currency AS q_net_currency, q.rate AS q_rate,
    q.rate_source AS q_rate_source, q.rate_on AS q_rate_on, q.made_at AS q_made_at, q.expires_at AS q_expires_at,
    (SELECT jsonb_agg(jsonb_build_object('status', e.status, 'actor', e.actor, 'reason', e.reason, 'at', e.at) ORDER BY e.key)
     FROM payouts.payout_event e WHERE e.payout = p.id) AS history
FROM payouts.payout p JOIN payouts.quote q ON q.id = p.quote JOIN payouts.method m ON m.id = q.method
WHERE (%(creator)s::int IS NULL OR p.creator = %(creator)s) AND (%(status)s::text IS NULL OR p.status = %(status)s)
    AND (%(before_at)s::timestamptz IS NULL OR (p.requested_at, p.id) < (%(before_at)s, %(before_id)s::uuid))
ORDER BY p.requested_at DESC, p.id DESC LIMIT %(limit)s
