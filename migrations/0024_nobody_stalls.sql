-- What waits at one provider is taken apart from what waits at the others, and what was asked longest ago comes first. A store that does
-- not hear that the coins are there is told again ever later.

ALTER TABLE payments.purchase ADD COLUMN finish_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE payments.purchase ADD COLUMN finish_tries smallint NOT NULL DEFAULT 0;

DROP INDEX payments.purchase_unfinished;
CREATE INDEX purchase_unfinished ON payments.purchase (provider, finish_at) WHERE unfinished;

DROP INDEX payments.purchase_waiting;
CREATE INDEX purchase_waiting ON payments.purchase (provider, coalesce(looked_at, created_at))
    WHERE status IN ('created', 'awaiting_payment', 'pending', 'paid');

DROP INDEX payments.refund_wanted;
CREATE INDEX refund_wanted ON payments.refund (provider, moved_at) WHERE wanted_by IS NOT NULL AND status IN ('wanted', 'pending');

DROP INDEX payments.notice_waiting;
CREATE INDEX notice_waiting ON payments.notice (provider, due_at) WHERE done_at IS NULL;
