-- Money goes out by files that people carry to a bank, and what the bank says of them is carried back.
CREATE TABLE payouts.bank_file (
    id uuid PRIMARY KEY,
    rail text NOT NULL CHECK (rail IN ('sepa', 'ach')),
    wanted_by integer NOT NULL REFERENCES accounts.account (key),
    wanted_at timestamptz NOT NULL,
    execution_on date NOT NULL,
    -- The run that made it, with its audits; another one where the first died before its second audit.
    batch integer REFERENCES payouts.batch (key),
    made_at timestamptz,
    -- Of its rail and UTC day, from 0.
    number smallint CHECK (number >= 0),
    -- The operator's own account as it was then: the file can be written again, the same.
    originator jsonb,
    payouts integer CHECK (payouts >= 0),
    minor bigint CHECK (minor >= 0),
    -- SHA-256 of the file as it was first handed out: only these bytes are handed out again.
    digest bytea CHECK (octet_length(digest) = 32),
    handed_at timestamptz,
    handed_by integer REFERENCES accounts.account (key),
    -- What a person says of the whole file, where the bank sends no file that does.
    said text CHECK (said IN ('settled', 'refused')),
    said_at timestamptz,
    said_by integer REFERENCES accounts.account (key),
    reference text NOT NULL DEFAULT '',
    CONSTRAINT made_whole CHECK (num_nulls(made_at, number, originator, payouts, minor) IN (0, 5)),
    CONSTRAINT handed_whole CHECK (num_nulls(digest, handed_at, handed_by) IN (0, 3)),
    CONSTRAINT said_whole CHECK (num_nulls(said, said_at, said_by) IN (0, 3))
);
CREATE UNIQUE INDEX bank_file_number ON payouts.bank_file (rail, ((made_at AT TIME ZONE 'UTC')::date), number);
CREATE INDEX bank_file_unproved ON payouts.bank_file (wanted_at) WHERE handed_at IS NULL;
CREATE TRIGGER bank_file_for_ever BEFORE DELETE OR UPDATE OF id, rail, wanted_by, wanted_at, execution_on ON payouts.bank_file
    FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- A transfer of a file: `bank_id` is how the bank names it back, `place` where it stands in the file.
ALTER TABLE payouts.transfer DROP CONSTRAINT transfer_rail_check;
ALTER TABLE payouts.transfer
    ADD CONSTRAINT transfer_rail_check CHECK (rail IN ('sandbox', 'manual', 'sepa', 'ach')),
    ADD COLUMN file uuid REFERENCES payouts.bank_file (id),
    ADD COLUMN place integer CHECK (place >= 0),
    ADD COLUMN bank_id text UNIQUE,
    ADD CONSTRAINT of_a_file CHECK (CASE WHEN rail IN ('sepa', 'ach') THEN num_nulls(file, place, bank_id) = 0 ELSE num_nulls(file, place, bank_id) = 3 END);
CREATE UNIQUE INDEX transfer_file ON payouts.transfer (file, place) WHERE file IS NOT NULL;

-- A file that came from a bank, read once: `bank_ref` is its own id.
CREATE TABLE payouts.bank_report (
    id uuid PRIMARY KEY,
    rail text NOT NULL CHECK (rail IN ('sepa', 'ach')),
    kind text NOT NULL,
    bank_ref text NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    read_by integer NOT NULL REFERENCES accounts.account (key),
    read_at timestamptz NOT NULL,
    -- What followed from it, and what did not fit.
    result jsonb NOT NULL,
    UNIQUE (rail, kind, bank_ref)
);
CREATE INDEX bank_report_read ON payouts.bank_report (read_at, id);
CREATE TRIGGER bank_report_for_ever BEFORE UPDATE OR DELETE ON payouts.bank_report FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- What a bank wants changed about a method, by its code; `sealed` is what it says is right, under the person's key.
CREATE TABLE payouts.method_note (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    method uuid NOT NULL REFERENCES payouts.method (id),
    report uuid NOT NULL REFERENCES payouts.bank_report (id),
    code text NOT NULL,
    sealed bytea,
    at timestamptz NOT NULL
);
CREATE INDEX method_note_method ON payouts.method_note (method, key);
CREATE TRIGGER method_note_for_ever BEFORE UPDATE OR DELETE ON payouts.method_note FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
