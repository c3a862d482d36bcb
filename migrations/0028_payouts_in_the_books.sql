-- Diamonds that a payout reserves, redeems or lets go again, and the money that leaves for them.

ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_kind_check;
ALTER TABLE ledger.transfer ADD CONSTRAINT transfer_kind_check CHECK (kind IN ('purchase', 'grant', 'adjustment', 'refund', 'restored', 'dispute', 'chargeback', 'won',
    'mismatch', 'allocation', 'sendback', 'debt', 'close', 'payout', 'paidout', 'letgo', 'return', 'settlement'));

-- The creator's lock: whoever reserves or decides holds this row, so one payout is worked on at a time.
CREATE TABLE ledger.payee (
    creator integer PRIMARY KEY REFERENCES accounts.account (key)
);

-- A payout in the books. `transfer` is its request; `paid`, `let_go` and `returned` are the transfers of what became of it, each once.
-- Gross and fee are US cents; `sent_minor` of `sent_currency` is what left us, known when it is paid.
CREATE TABLE ledger.payout (
    transfer bigint PRIMARY KEY REFERENCES ledger.transfer (key),
    creator integer NOT NULL REFERENCES ledger.payee (creator),
    milli bigint NOT NULL CHECK (milli > 0),
    gross_minor bigint NOT NULL CHECK (gross_minor > 0),
    fee_minor bigint CHECK (fee_minor BETWEEN 0 AND gross_minor),
    sent_minor bigint CHECK (sent_minor > 0),
    sent_currency text CHECK (sent_currency ~ '^[A-Z]{3}$'),
    paid bigint UNIQUE REFERENCES ledger.transfer (key),
    let_go bigint UNIQUE REFERENCES ledger.transfer (key),
    returned bigint UNIQUE REFERENCES ledger.transfer (key),
    CONSTRAINT paid_or_let_go CHECK (paid IS NULL OR let_go IS NULL),
    CONSTRAINT returned_after_paid CHECK (returned IS NULL OR paid IS NOT NULL),
    CONSTRAINT paid_is_known CHECK (num_nulls(paid, fee_minor, sent_minor, sent_currency) IN (0, 4))
);
CREATE UNIQUE INDEX one_open_payout ON ledger.payout (creator) WHERE paid IS NULL AND let_go IS NULL;
CREATE INDEX payout_creator ON ledger.payout (creator, transfer);
CREATE TRIGGER payout_for_ever BEFORE DELETE OR UPDATE OF transfer, creator, milli, gross_minor ON ledger.payout
    FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
-- What became of a payout is said once.
CREATE TRIGGER payout_paid_for_ever BEFORE UPDATE OF paid, fee_minor, sent_minor, sent_currency ON ledger.payout
    FOR EACH ROW WHEN (OLD.paid IS NOT NULL) EXECUTE FUNCTION kit.refuse_change();
CREATE TRIGGER payout_let_go_for_ever BEFORE UPDATE OF let_go ON ledger.payout
    FOR EACH ROW WHEN (OLD.let_go IS NOT NULL) EXECUTE FUNCTION kit.refuse_change();
CREATE TRIGGER payout_returned_for_ever BEFORE UPDATE OF returned ON ledger.payout
    FOR EACH ROW WHEN (OLD.returned IS NOT NULL) EXECUTE FUNCTION kit.refuse_change();

-- Which earnings a payout reserved; what it pays, lets go or gives back are the same ones.
CREATE TABLE ledger.payout_part (
    payout bigint NOT NULL REFERENCES ledger.payout (transfer),
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    milli bigint NOT NULL CHECK (milli > 0),
    PRIMARY KEY (payout, day, policy, stripe)
);
CREATE TRIGGER payout_part_for_ever BEFORE UPDATE OR DELETE ON ledger.payout_part FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
