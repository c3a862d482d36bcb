-- Approve a paper that waits, or reject one that waits or was approved. id; status: approved or rejected; decided_by: an operator; reason;
-- valid_until: its last day, or NULL. paper_one_approved refuses a second approved one, not_ones_own one's own.
UPDATE payouts.paper SET status = %(status)s, decided_at = now(), decided_by = %(decided_by)s, reason = %(reason)s, valid_until = %(valid_until)s
WHERE id = %(id)s AND status IN ('waiting', 'approved')
