-- Whether an approved payout's time has come.
SELECT EXISTS (SELECT FROM payouts.payout WHERE due_at <= now() AND status = 'approved')
