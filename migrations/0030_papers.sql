-- What creators show so that money may go out, what people made of it, and whom an operator's list of names seems to name.

-- A paper: who a creator is, or a tax form. `sealed` is what it says, under the person's key; empty once it is kept no longer. A draft can be
-- changed; one that waits is looked at by a person.
CREATE TABLE payouts.paper (
    id uuid PRIMARY KEY,
    creator integer NOT NULL REFERENCES accounts.account (key),
    subject text NOT NULL CHECK (subject IN ('identity', 'tax_form')),
    kind text NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'waiting', 'approved', 'rejected', 'replaced', 'withdrawn')),
    sealed bytea,
    -- The last day on which it counts; empty: no end.
    valid_until date,
    made_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    decided_at timestamptz,
    decided_by integer REFERENCES accounts.account (key),
    reason text NOT NULL DEFAULT '',
    CONSTRAINT kind_of_subject CHECK (CASE subject
        WHEN 'identity' THEN kind IN ('passport', 'identity_card', 'residence_permit', 'driving_licence')
        ELSE kind IN ('w9', 'w8ben', 'self_declaration') END),
    CONSTRAINT decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT not_ones_own CHECK (decided_by <> creator),
    CONSTRAINT decided_where_it_counts CHECK (status NOT IN ('approved', 'rejected', 'replaced') OR decided_at IS NOT NULL)
);
CREATE UNIQUE INDEX paper_one_open ON payouts.paper (creator, subject) WHERE status IN ('draft', 'waiting');
CREATE UNIQUE INDEX paper_one_approved ON payouts.paper (creator, subject) WHERE status = 'approved';
CREATE INDEX paper_creator ON payouts.paper (creator, made_at);
CREATE INDEX paper_waiting ON payouts.paper (id) WHERE status = 'waiting';
CREATE INDEX paper_kept ON payouts.paper (made_at) WHERE sealed IS NOT NULL AND status IN ('draft', 'rejected', 'replaced', 'withdrawn');
CREATE TRIGGER paper_for_ever BEFORE DELETE OR UPDATE OF id, creator, subject, kind, made_at ON payouts.paper
    FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- The pictures of a paper, sealed as it is. What is encrypted does not compress.
CREATE TABLE payouts.paper_file (
    paper uuid NOT NULL REFERENCES payouts.paper (id),
    side text NOT NULL CHECK (side IN ('front', 'back', 'extra')),
    media text NOT NULL CHECK (media IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
    size_bytes integer NOT NULL CHECK (size_bytes > 0),
    sealed bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (paper, side)
);
ALTER TABLE payouts.paper_file ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Who looked at a paper, and at which of its pictures; empty: at what it says.
CREATE TABLE payouts.paper_look (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    paper uuid NOT NULL REFERENCES payouts.paper (id),
    side text NOT NULL DEFAULT '',
    looked_by integer NOT NULL REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX paper_look_paper ON payouts.paper_look (paper, key);
CREATE TRIGGER paper_look_for_ever BEFORE UPDATE OR DELETE ON payouts.paper_look FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Entries of an operator's list that seem to name a creator. `print` is the same for the same name, and says nothing about it.
CREATE TABLE payouts.screening_match (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    creator integer NOT NULL REFERENCES accounts.account (key),
    entry text NOT NULL,
    name text NOT NULL,
    born text NOT NULL,
    print bytea NOT NULL CHECK (octet_length(print) = 32),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'cleared', 'confirmed')),
    found_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    decided_by integer REFERENCES accounts.account (key),
    reason text NOT NULL DEFAULT '',
    CONSTRAINT screening_once UNIQUE (creator, entry, print),
    CONSTRAINT screening_decided CHECK ((status = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT screening_not_ones_own CHECK (decided_by <> creator)
);
CREATE INDEX screening_open ON payouts.screening_match (key) WHERE status = 'open';
