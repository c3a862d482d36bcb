-- What creators owe for gifts whose coins were taken back after their hold, and what of it was set off.

ALTER TABLE policy.version ADD COLUMN receivable boolean NOT NULL DEFAULT false;

-- Adds a kind to those that there are: whatever was added before stays.
DO $$
DECLARE kinds text;
BEGIN
    SELECT pg_get_constraintdef(c.oid) INTO kinds FROM pg_constraint c
    WHERE c.conrelid = 'ledger.transfer'::regclass AND c.conname = 'transfer_kind_check';
    ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_kind_check;
    EXECUTE 'ALTER TABLE ledger.transfer ADD CONSTRAINT transfer_kind_check ' || replace(kinds, '''settlement''::text', '''setoff''::text, ''settlement''::text');
END $$;

-- Milli-diamonds that a creator owes of gifts under a policy, since a taking; `minor` is what they are worth, US cents. Undone, the same is
-- entered with the other sign by the transfer that undid the taking. (`policy.version.receivable` says which gifts.)
CREATE TABLE ledger.receivable (
    transfer bigint NOT NULL REFERENCES ledger.transfer (key),
    creator integer NOT NULL REFERENCES accounts.account (key),
    policy smallint NOT NULL REFERENCES policy.version (key),
    milli bigint NOT NULL,
    minor bigint NOT NULL,
    undoes bigint,
    PRIMARY KEY (transfer, creator, policy),
    CONSTRAINT undone_once UNIQUE (undoes, creator, policy),
    CONSTRAINT undoes_what_is_there FOREIGN KEY (undoes, creator, policy) REFERENCES ledger.receivable (transfer, creator, policy),
    CONSTRAINT owed_or_undone CHECK (CASE WHEN undoes IS NULL THEN milli > 0 AND minor >= 0 ELSE milli < 0 AND minor <= 0 END)
);
CREATE INDEX receivable_creator ON ledger.receivable (creator);
CREATE TRIGGER receivable_for_ever BEFORE UPDATE OR DELETE ON ledger.receivable FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Which of a creator's earnings gave what was set off of which receivable; negative where an undoing gave it back. `minor` leaves
-- assets:creators, `worth_minor` liabilities:creators, US cents.
CREATE TABLE ledger.setoff (
    transfer bigint NOT NULL REFERENCES ledger.transfer (key),
    claim bigint NOT NULL,
    creator integer NOT NULL,
    claim_policy smallint NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    milli bigint NOT NULL CHECK (milli <> 0),
    minor bigint NOT NULL,
    worth_minor bigint NOT NULL,
    PRIMARY KEY (transfer, creator, claim, claim_policy, day, policy, stripe),
    FOREIGN KEY (claim, creator, claim_policy) REFERENCES ledger.receivable (transfer, creator, policy)
);
CREATE INDEX setoff_claim ON ledger.setoff (creator, claim, claim_policy);
CREATE TRIGGER setoff_for_ever BEFORE UPDATE OR DELETE ON ledger.setoff FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
