-- What providers report of money, held against ours: what agrees is counted, what does not is kept until a person has said why.
CREATE TABLE payments.reconciliation (
    id uuid PRIMARY KEY,
    provider text NOT NULL,
    from_on date NOT NULL,
    to_on date NOT NULL CHECK (to_on >= from_on),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    read_by integer NOT NULL REFERENCES accounts.account (key),
    read_at timestamptz NOT NULL,
    lines integer NOT NULL CHECK (lines >= 0),
    matched integer NOT NULL CHECK (matched >= 0),
    -- Fees, payouts to the bank, conversions and the like.
    other integer NOT NULL CHECK (other >= 0),
    UNIQUE (provider, from_on, to_on, digest)
);
CREATE INDEX reconciliation_read ON payments.reconciliation (read_at, id);
CREATE TRIGGER reconciliation_for_ever BEFORE UPDATE OR DELETE ON payments.reconciliation FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Something that does not agree. `place` is a line of the report, NULL where it has none. Amounts are minor units of their currencies.
CREATE TABLE payments.reconciliation_line (
    reconciliation uuid NOT NULL REFERENCES payments.reconciliation (id),
    n integer NOT NULL CHECK (n > 0),
    status text NOT NULL CHECK (status IN ('missing', 'unknown', 'differs', 'duplicate')),
    kind text NOT NULL,
    ref text NOT NULL,
    place integer,
    purchase uuid REFERENCES payments.purchase (id),
    theirs_minor bigint,
    theirs_currency text,
    ours_minor bigint,
    ours_currency text,
    resolved_by integer REFERENCES accounts.account (key),
    resolved_at timestamptz,
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (reconciliation, n),
    CONSTRAINT resolved_whole CHECK (num_nulls(resolved_by, resolved_at) IN (0, 2))
);
CREATE INDEX reconciliation_line_open ON payments.reconciliation_line (reconciliation, n) WHERE resolved_at IS NULL;
CREATE TRIGGER reconciliation_line_for_ever BEFORE DELETE OR UPDATE OF reconciliation, n, status, kind, ref, place, purchase, theirs_minor,
    theirs_currency, ours_minor, ours_currency ON payments.reconciliation_line FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
