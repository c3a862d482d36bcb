-- Money comes in through providers: what they tell us, what they gave back, what is disputed.

ALTER TABLE payments.purchase
    -- How often the store sold the product in one purchase; coins and price are of all of them.
    ADD COLUMN quantity smallint NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 1000),
    ADD COLUMN return_url text NOT NULL DEFAULT '',
    -- False: the provider's own test money. Decided when it is paid.
    ADD COLUMN live boolean NOT NULL DEFAULT true,
    -- What really arrived, and what the provider kept of it: minor units of paid_currency.
    ADD COLUMN paid_minor bigint CHECK (paid_minor >= 0),
    ADD COLUMN paid_currency text CHECK (paid_currency ~ '^[A-Z]{3}$'),
    ADD COLUMN fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    -- Which class of coins was granted; promo for test money outside a sandbox.
    ADD COLUMN granted_class text CHECK (granted_class IN ('paid', 'promo')),
    -- Why a person should look: over-limit, early-fraud-warning, mismatch:amount, …
    ADD COLUMN flags text[] NOT NULL DEFAULT '{}',
    -- When we last asked the provider, and whether a step after the grant (a store's consuming) is still to do.
    ADD COLUMN looked_at timestamptz,
    ADD COLUMN unfinished boolean NOT NULL DEFAULT false;
CREATE INDEX purchase_waiting ON payments.purchase (created_at) WHERE status IN ('created', 'awaiting_payment', 'pending');
CREATE INDEX purchase_unfinished ON payments.purchase (granted_at) WHERE unfinished;
CREATE INDEX purchase_flagged ON payments.purchase (created_at) WHERE flags <> '{}';

-- What the provider really allows: money can come late, a decision can be turned.
INSERT INTO payments.purchase_move VALUES
    ('created', 'pending'), ('created', 'mismatch'), ('canceled', 'paid'), ('expired', 'paid'), ('failed', 'paid'),
    ('failed', 'awaiting_payment'), ('failed', 'pending'), ('failed', 'canceled'), ('pending', 'canceled'), ('pending', 'expired'),
    ('refunded', 'granted'), ('refunded', 'partially_refunded'), ('partially_refunded', 'granted'), ('refunded', 'disputed'),
    ('dispute_won', 'partially_refunded'), ('dispute_won', 'refunded'), ('dispute_won', 'disputed'), ('dispute_won', 'charged_back'),
    ('charged_back', 'dispute_won'), ('charged_back', 'disputed')
ON CONFLICT DO NOTHING;

-- Every notice of a provider, as it came. `body` is kept raw; (provider, event) is unique, so a repeat is seen as one.
CREATE TABLE payments.notice (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    event text NOT NULL,
    kind text NOT NULL,
    -- The provider's objects that it tells us to look at; empty for a kind that we do not know.
    refs text[] NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 1048576),
    received_at timestamptz NOT NULL DEFAULT now(),
    -- A question that the provider wants answered: consumption.
    asks text NOT NULL DEFAULT '',
    tries smallint NOT NULL DEFAULT 0,
    -- Whoever works on it moves this on first: a lease, and the pause after a failure.
    due_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    -- What came of it: settled, nothing to do, unknown kind, no purchase of ours.
    outcome text NOT NULL DEFAULT '',
    UNIQUE (provider, event)
);
CREATE INDEX notice_waiting ON payments.notice (due_at) WHERE done_at IS NULL;
CREATE TRIGGER notice_for_ever BEFORE DELETE OR UPDATE OF provider, event, kind, refs, asks, body, received_at
    ON payments.notice FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Money given back, by us or at the provider. `ref` is the provider's, known once it has answered.
CREATE TABLE payments.refund (
    id uuid PRIMARY KEY,
    purchase uuid NOT NULL REFERENCES payments.purchase (id),
    provider text NOT NULL,
    ref text,
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- wanted: committed before the provider is asked; done: money and coins are back; undone: the provider took it back.
    status text NOT NULL CHECK (status IN ('wanted', 'pending', 'done', 'failed', 'undone')),
    reason text NOT NULL DEFAULT '',
    wanted_by integer REFERENCES accounts.account (key),
    -- The coins left the wallet when we decided, before the provider was asked: they cannot be spent meanwhile.
    taken boolean NOT NULL DEFAULT false,
    made_at timestamptz NOT NULL DEFAULT now(),
    moved_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider, ref)
);
CREATE INDEX refund_purchase ON payments.refund (purchase);
CREATE INDEX refund_wanted ON payments.refund (made_at) WHERE status IN ('wanted', 'pending');

-- What the buyer's bank asks about.
CREATE TABLE payments.dispute (
    id uuid PRIMARY KEY,
    purchase uuid NOT NULL REFERENCES payments.purchase (id),
    provider text NOT NULL,
    ref text NOT NULL,
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    status text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
    reason text NOT NULL DEFAULT '',
    evidence_due_at timestamptz,
    opened_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    UNIQUE (provider, ref)
);
CREATE INDEX dispute_purchase ON payments.dispute (purchase);
CREATE INDEX dispute_open ON payments.dispute (opened_at) WHERE status = 'open';

-- Who has consented that a store is told what became of a purchase, when they ask the store for their money back.
CREATE TABLE payments.consent (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now()
);

-- Until when a provider's own list of news has been read.
CREATE TABLE payments.caught_up (
    provider text PRIMARY KEY,
    until timestamptz NOT NULL
);

-- The sandbox provider's own memory: what it "took", gave back, and what is disputed. A real provider keeps this itself.
CREATE TABLE payments.sandbox_charge (
    ref text PRIMARY KEY,
    purchase uuid NOT NULL,
    minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    currency text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE payments.sandbox_refund (
    ref text PRIMARY KEY,
    charge text NOT NULL REFERENCES payments.sandbox_charge (ref),
    minor bigint NOT NULL CHECK (minor > 0),
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE payments.sandbox_dispute (
    ref text PRIMARY KEY,
    charge text NOT NULL REFERENCES payments.sandbox_charge (ref),
    minor bigint NOT NULL CHECK (minor > 0),
    fee_minor bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
    at timestamptz NOT NULL DEFAULT now()
);
