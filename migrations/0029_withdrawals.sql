-- Money goes out: where to, what for, and every state of it on its way.
CREATE SCHEMA payouts;

-- A person's own key, sealed under the data directory's secret: without the row nothing of theirs can be read again.
CREATE TABLE payouts.person_key (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    sealed bytea NOT NULL
);

-- Where a creator's money goes. `sealed` is the account itself, under the person's key; `shown` is its end, for people. `fingerprint` is the
-- same for the same account, whoever's it is. `codes` are the sums of two small deposits, hashed; empty where nobody sent any.
CREATE TABLE payouts.method (
    id uuid PRIMARY KEY,
    creator integer NOT NULL REFERENCES accounts.account (key),
    rail text NOT NULL CHECK (rail IN ('paypal', 'sepa', 'ach', 'manual', 'sandbox')),
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    shown text NOT NULL,
    sealed bytea NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    codes bytea,
    tries smallint NOT NULL DEFAULT 0,
    made_at timestamptz NOT NULL DEFAULT now(),
    -- Nothing goes there before.
    cool_until timestamptz NOT NULL,
    verified_at timestamptz,
    verified_by text,
    removed_at timestamptz,
    CONSTRAINT verified_by_somebody CHECK ((verified_at IS NULL) = (verified_by IS NULL))
);
CREATE INDEX method_creator ON payouts.method (creator, made_at) WHERE removed_at IS NULL;
CREATE INDEX method_fingerprint ON payouts.method (fingerprint);
CREATE TRIGGER method_for_ever BEFORE DELETE OR UPDATE OF id, creator, rail, country, currency, fingerprint, made_at, cool_until
    ON payouts.method FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- An operator's rates: units of `currency` for one US dollar, as of a day.
CREATE TABLE payouts.rate (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$' AND currency <> 'USD'),
    per_dollar numeric NOT NULL CHECK (per_dollar > 0),
    as_of date NOT NULL,
    made_by integer NOT NULL REFERENCES accounts.account (key),
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rate_currency ON payouts.rate (currency, as_of DESC, key DESC);
CREATE TRIGGER rate_for_ever BEFORE UPDATE OR DELETE ON payouts.rate FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- What a creator was told before confirming: fixed, for ten minutes, used once. Gross and fee are US cents, net is of the method's currency.
CREATE TABLE payouts.quote (
    id uuid PRIMARY KEY,
    creator integer NOT NULL REFERENCES accounts.account (key),
    method uuid NOT NULL REFERENCES payouts.method (id),
    policy smallint NOT NULL REFERENCES policy.version (key),
    days date[] NOT NULL,
    policies smallint[] NOT NULL,
    millis bigint[] NOT NULL,
    gross_minor bigint NOT NULL CHECK (gross_minor > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor BETWEEN 0 AND gross_minor),
    net_minor bigint NOT NULL CHECK (net_minor > 0),
    net_currency text NOT NULL CHECK (net_currency ~ '^[A-Z]{3}$'),
    rate numeric NOT NULL CHECK (rate > 0),
    rate_source text NOT NULL,
    rate_on date NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT parts_match CHECK (cardinality(days) = cardinality(policies) AND cardinality(days) = cardinality(millis) AND cardinality(days) > 0)
);
CREATE TRIGGER quote_for_ever BEFORE UPDATE OR DELETE ON payouts.quote FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TABLE payouts.payout_move (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO payouts.payout_move VALUES
    ('requested', 'review'), ('requested', 'approved'), ('requested', 'canceled'), ('review', 'approved'), ('review', 'rejected'), ('review', 'canceled'),
    ('approved', 'review'), ('approved', 'rejected'), ('approved', 'canceled'), ('approved', 'submitting'),
    ('submitting', 'submitted'), ('submitting', 'unknown'), ('submitting', 'failed'), ('unknown', 'submitted'), ('unknown', 'failed'),
    ('submitted', 'in_transit'), ('submitted', 'paid'), ('submitted', 'failed'), ('in_transit', 'paid'), ('in_transit', 'failed'), ('paid', 'returned');

-- A withdrawal. Everything about its money stands in the quote that it used. `key` of its attempt at the rail is payout:<id>:<attempt>.
CREATE TABLE payouts.payout (
    id uuid PRIMARY KEY,
    quote uuid NOT NULL UNIQUE REFERENCES payouts.quote (id),
    creator integer NOT NULL REFERENCES accounts.account (key),
    rail text NOT NULL,
    gross_minor bigint NOT NULL CHECK (gross_minor > 0),
    status text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'review', 'approved', 'submitting', 'unknown', 'submitted', 'in_transit',
        'paid', 'returned', 'rejected', 'canceled', 'failed')),
    -- Why a person looks at it: first-payout, new-method, shared-method, over-four-eyes, …
    reasons text[] NOT NULL DEFAULT '{}',
    attempt smallint NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    rail_ref text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    -- When the rail is asked next; whoever asks moves this on first. NULL: nothing is asked, or it waits for a person.
    due_at timestamptz,
    looks smallint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX one_open ON payouts.payout (creator)
    WHERE status IN ('requested', 'review', 'approved', 'submitting', 'unknown', 'submitted', 'in_transit');
CREATE INDEX payout_creator ON payouts.payout (creator, requested_at DESC);
CREATE INDEX payout_due ON payouts.payout (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payout_review ON payouts.payout (requested_at) WHERE status IN ('review', 'approved', 'unknown');
CREATE TRIGGER payout_for_ever BEFORE DELETE OR UPDATE OF id, quote, creator, rail, gross_minor, requested_at ON payouts.payout
    FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TABLE payouts.payout_event (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payout uuid NOT NULL REFERENCES payouts.payout (id),
    status text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payout_event_payout ON payouts.payout_event (payout, key);
CREATE TRIGGER payout_event_for_ever BEFORE UPDATE OR DELETE ON payouts.payout_event FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Who said yes, each once.
CREATE TABLE payouts.approval (
    payout uuid NOT NULL REFERENCES payouts.payout (id),
    approved_by integer NOT NULL REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payout, approved_by)
);

-- Only legal moves, whoever asks.
CREATE FUNCTION payouts.check_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IS DISTINCT FROM OLD.status AND NOT EXISTS (
        SELECT 1 FROM payouts.payout_move m WHERE m.from_status = OLD.status AND m.to_status = NEW.status) THEN
        RAISE EXCEPTION 'payout %: % -> % is not a legal move', NEW.id, OLD.status, NEW.status
            USING ERRCODE = 'LG003', CONSTRAINT = 'legal_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payout_legal_move BEFORE UPDATE ON payouts.payout FOR EACH ROW EXECUTE FUNCTION payouts.check_move();

-- What a rail without a provider knows: the sandbox's own memory, and what a person says of a manual transfer. `key` is the attempt's.
CREATE TABLE payouts.transfer (
    key text PRIMARY KEY,
    rail text NOT NULL CHECK (rail IN ('sandbox', 'manual')),
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    state text NOT NULL CHECK (state IN ('submitted', 'in_transit', 'paid', 'failed', 'returned')),
    ref text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    back_minor bigint CHECK (back_minor >= 0),
    at timestamptz NOT NULL DEFAULT now()
);
