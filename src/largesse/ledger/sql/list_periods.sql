-- Frozen months, the newest first. limit
SELECT month, proposed_by, approved_by, frozen_at FROM ledger.period ORDER BY month DESC LIMIT %(limit)s
