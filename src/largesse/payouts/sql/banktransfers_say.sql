-- Note what became of transfers, and let their payouts follow at once. keys, states, reasons: text[]; backs: bigint[] of the transfers' currency,
-- NULL where nothing came back
WITH said AS (
    UPDATE payouts.transfer t SET state = u.state, reason = u.reason, back_minor = u.back
    FROM unnest(%(keys)s::text[], %(states)s::text[], %(reasons)s::text[], %(backs)s::bigint[]) AS u (key, state, reason, back)
    WHERE t.key = u.key RETURNING t.key
)
UPDATE payouts.payout p SET due_at = now() FROM said
WHERE p.id = split_part(said.key, ':', 2)::uuid AND said.key = 'payout:' || p.id || ':' || p.attempt
