-- Money comes in: purchases and their states.
CREATE SCHEMA payments;

CREATE TABLE payments.purchase (
    id uuid PRIMARY KEY,
    account integer NOT NULL REFERENCES accounts.account (key),
    bundle integer REFERENCES catalog.bundle (key),
    coins integer NOT NULL CHECK (coins > 0),
    price_minor bigint NOT NULL CHECK (price_minor > 0),
    tax_minor bigint NOT NULL DEFAULT 0 CHECK (tax_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    region text NOT NULL,
    channel text NOT NULL,
    provider text NOT NULL,
    provider_ref text,
    status text NOT NULL DEFAULT 'created',
    created_at timestamptz NOT NULL DEFAULT now(),
    granted_at timestamptz,
    UNIQUE (provider, provider_ref)
);
CREATE INDEX purchase_account ON payments.purchase (account, created_at DESC);

CREATE TABLE payments.purchase_move (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO payments.purchase_move VALUES
    ('created', 'awaiting_payment'), ('awaiting_payment', 'pending'), ('awaiting_payment', 'paid'), ('pending', 'paid'), ('created', 'paid'), ('paid', 'granted'),
    ('granted', 'partially_refunded'), ('granted', 'refunded'), ('partially_refunded', 'partially_refunded'), ('partially_refunded', 'refunded'),
    ('granted', 'disputed'), ('partially_refunded', 'disputed'), ('disputed', 'dispute_won'), ('disputed', 'charged_back'),
    ('created', 'canceled'), ('awaiting_payment', 'canceled'), ('created', 'expired'), ('awaiting_payment', 'expired'),
    ('created', 'failed'), ('awaiting_payment', 'failed'), ('pending', 'failed'),
    ('awaiting_payment', 'mismatch'), ('pending', 'mismatch'), ('paid', 'mismatch'), ('mismatch', 'granted'), ('mismatch', 'refunded');

CREATE TABLE payments.purchase_event (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purchase uuid NOT NULL REFERENCES payments.purchase (id),
    status text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX purchase_event_purchase ON payments.purchase_event (purchase, key);

-- Only legal moves, whoever asks.
CREATE FUNCTION payments.check_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IS DISTINCT FROM OLD.status AND NOT EXISTS (
        SELECT 1 FROM payments.purchase_move m WHERE m.from_status = OLD.status AND m.to_status = NEW.status) THEN
        RAISE EXCEPTION 'purchase %: % -> % is not a legal move', NEW.id, OLD.status, NEW.status
            USING ERRCODE = 'LG003', CONSTRAINT = 'legal_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_legal_move BEFORE UPDATE ON payments.purchase FOR EACH ROW EXECUTE FUNCTION payments.check_move();
