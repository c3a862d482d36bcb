-- Note that a file is handed out, the first time, and move its payouts on; they are asked for from the time given. file; digest; by; actor; due_s:
-- seconds
WITH handed AS (
    UPDATE payouts.bank_file SET digest = %(digest)s, handed_at = now(), handed_by = %(by)s WHERE id = %(file)s AND handed_at IS NULL
), moved AS (
    UPDATE payouts.payout p SET status = 'submitted', rail_ref = t.bank_id, due_at = now() + make_interval(secs => %(due_s)s)
    FROM payouts.transfer t WHERE t.file = %(file)s AND p.id = split_part(t.key, ':', 2)::uuid AND t.key = 'payout:' || p.id || ':' || p.attempt AND p.status = 'submitting'
    RETURNING p.id, p.status, p.creator
)
INSERT INTO payouts.payout_event (payout, status, actor, reason, at) SELECT id, status, %(actor)s, '', now() FROM moved RETURNING payout
