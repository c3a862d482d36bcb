-- App stores: a receipt is claimed once, whatever product somebody says it is of; a claim that a crash cut before its
-- grant is found again.

-- References of stores that name purchases by product and receipt are product:receipt.
CREATE UNIQUE INDEX purchase_receipt ON payments.purchase (provider, split_part(provider_ref, ':', 2)) WHERE provider_ref LIKE '%:%';

DROP INDEX payments.purchase_waiting;
CREATE INDEX purchase_waiting ON payments.purchase (created_at) WHERE status IN ('created', 'awaiting_payment', 'pending', 'paid');

-- A store can take a purchase back between its claim and its grant.
INSERT INTO payments.purchase_move VALUES ('paid', 'canceled') ON CONFLICT DO NOTHING;
