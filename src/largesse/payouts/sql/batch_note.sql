-- Note how far a batch came; what is NULL stays as it was. key; before, after: findings; payouts; finding; ended: boolean
UPDATE payouts.batch SET findings_before = coalesce(%(before)s, findings_before), findings_after = coalesce(%(after)s, findings_after),
    payouts = coalesce(%(payouts)s, payouts), finding = coalesce(%(finding)s, finding), ended_at = CASE WHEN %(ended)s THEN now() END
WHERE key = %(key)s
