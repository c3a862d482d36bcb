-- Whether an approved payout's time has come. by_file: rails whose payouts wait for a file
SELECT EXISTS (SELECT FROM payouts.payout WHERE due_at <= now() AND status = 'approved' AND rail <> ALL (%(by_file)s::text[]))
