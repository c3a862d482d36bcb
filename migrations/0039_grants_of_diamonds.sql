-- Diamonds that an operator grants a creator.

ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_kind_check;
ALTER TABLE ledger.transfer ADD CONSTRAINT transfer_kind_check CHECK (kind IN ('purchase', 'grant', 'adjustment', 'refund', 'restored', 'dispute', 'chargeback', 'won',
    'mismatch', 'allocation', 'sendback', 'debt', 'close', 'payout', 'paidout', 'letgo', 'return', 'settlement', 'diamonds'));

-- A grant: `milli` diamonds worth `minor` US cents, earned on a UTC day under a policy. Its earning stands beside those of gifts, as the
-- row of stripe 64, which no committer writes: so it clears, is withdrawn and is shown like them.
CREATE TABLE ledger.diamond_grant (
    transfer bigint PRIMARY KEY REFERENCES ledger.transfer (key),
    creator integer NOT NULL REFERENCES ledger.payee (creator),
    day date NOT NULL,
    policy smallint NOT NULL REFERENCES policy.version (key),
    milli bigint NOT NULL CHECK (milli > 0),
    minor bigint NOT NULL CHECK (minor >= 0)
);
CREATE INDEX diamond_grant_creator ON ledger.diamond_grant (creator, transfer);
CREATE TRIGGER diamond_grant_for_ever BEFORE UPDATE OR DELETE ON ledger.diamond_grant FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
