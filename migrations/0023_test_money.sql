-- Test money earns nothing: a wallet to which a provider's test money has granted coins is marked for ever, and from then on none of
-- its promotional coins earn a creator anything, whatever a policy says. Its gifts carry bit 3 of flags.
ALTER TABLE ledger.wallet ADD COLUMN test_money boolean NOT NULL DEFAULT false;
UPDATE ledger.wallet SET test_money = true WHERE account IN (SELECT account FROM payments.purchase WHERE granted_class = 'promo');
