-- The books. Double entry, append-only; ids and numbers only: names live in accounts, messages in stage.
CREATE SCHEMA ledger;

-- A viewer's coins: four counters on two lines of numbers. `gives_from` is the first UTC day of being of age.
CREATE TABLE ledger.wallet (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    paid_in bigint NOT NULL DEFAULT 0 CHECK (paid_in >= 0),
    paid_out bigint NOT NULL DEFAULT 0 CHECK (paid_out >= 0),
    promo_in bigint NOT NULL DEFAULT 0 CHECK (promo_in >= 0),
    promo_out bigint NOT NULL DEFAULT 0 CHECK (promo_out >= 0),
    debt bigint NOT NULL DEFAULT 0 CHECK (debt >= 0),
    given_day bigint NOT NULL DEFAULT 0 CHECK (given_day >= 0),
    given_on date NOT NULL DEFAULT '2000-01-01',
    gives_from date NOT NULL,
    frozen boolean NOT NULL DEFAULT false,
    CONSTRAINT paid_covers CHECK (paid_out <= paid_in),
    CONSTRAINT promo_covers CHECK (promo_out <= promo_in)
) WITH (fillfactor = 50);

-- The chart of accounts: one asset per account. `holder` rows (per person) share a book.
CREATE TABLE ledger.book (
    key smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    asset text NOT NULL CHECK (asset IN ('coin', 'promo', 'diamond', 'money')),
    per_holder boolean NOT NULL
);
INSERT INTO ledger.book VALUES
    (1, 'coins:issued', 'coin', false), (2, 'coins:wallet', 'coin', true), (3, 'coins:spent', 'coin', false), (4, 'coins:adjusted', 'coin', false),
    (9, 'coins:recovered', 'coin', true),
    (5, 'promo:issued', 'promo', false), (6, 'promo:wallet', 'promo', true), (7, 'promo:spent', 'promo', false), (8, 'promo:adjusted', 'promo', false),
    (11, 'diamonds:issued', 'diamond', false), (12, 'diamonds:creator', 'diamond', true), (13, 'diamonds:redeeming', 'diamond', true),
    (14, 'diamonds:redeemed', 'diamond', false),
    (21, 'assets:psp', 'money', false), (22, 'assets:store', 'money', false), (23, 'assets:disputed', 'money', false), (24, 'assets:creators', 'money', true),
    (31, 'liabilities:coins', 'money', false), (32, 'liabilities:tax', 'money', false), (33, 'liabilities:creators', 'money', false),
    (34, 'liabilities:payouts', 'money', false), (35, 'liabilities:unallocated', 'money', false),
    (41, 'revenue:gifts', 'money', false), (42, 'revenue:recovered', 'money', false), (43, 'revenue:payoutfees', 'money', false), (44, 'revenue:adjustments', 'money', false),
    (51, 'expenses:psp', 'money', false), (52, 'expenses:storefee', 'money', false), (53, 'expenses:creators', 'money', false), (54, 'expenses:promotion', 'money', false),
    (55, 'expenses:disputefee', 'money', false), (56, 'expenses:chargebacks', 'money', false), (57, 'expenses:payouts', 'money', false), (58, 'expenses:fx', 'money', false),
    (59, 'expenses:goodwill', 'money', false), (60, 'expenses:grants', 'money', false),
    (71, 'equity:fx', 'money', false), (72, 'equity:rounding', 'money', false);

-- Everything that is not a gift. (kind, source) is unique: one cause, one entry.
CREATE TABLE ledger.transfer (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('purchase', 'grant', 'adjustment', 'refund', 'dispute', 'chargeback', 'debt', 'close', 'payout', 'settlement')),
    source text NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, source)
);
-- Legs: amounts in the book's unit (coins, milli-diamonds, minor units of `currency`); plus is debit, minus is credit.
CREATE TABLE ledger.leg (
    transfer bigint NOT NULL REFERENCES ledger.transfer (key),
    n smallint NOT NULL,
    book smallint NOT NULL REFERENCES ledger.book (key),
    holder integer NOT NULL DEFAULT 0,
    currency text NOT NULL DEFAULT '',
    amount bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (transfer, n)
);
CREATE INDEX leg_holder ON ledger.leg (holder, transfer) WHERE holder <> 0;

-- Each transfer sums to zero per asset (and currency); checked when its transaction commits.
CREATE FUNCTION ledger.check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
    SELECT string_agg(format('%s %s: %s', b.asset, l.currency, sum_amount), ', ') INTO bad
    FROM (SELECT k.asset, g.currency, sum(g.amount) AS sum_amount FROM ledger.leg g JOIN ledger.book k ON k.key = g.book
          WHERE g.transfer = NEW.transfer GROUP BY 1, 2 HAVING sum(g.amount) <> 0) AS l (asset, currency, sum_amount)
    JOIN (SELECT DISTINCT asset FROM ledger.book) b ON b.asset = l.asset;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'transfer % does not sum to zero: %', NEW.transfer, bad USING ERRCODE = 'LG002', CONSTRAINT = 'zero_sum';
    END IF;
    SELECT string_agg(k.name, ', ') INTO bad FROM ledger.leg g JOIN ledger.book k ON k.key = g.book
    WHERE g.transfer = NEW.transfer AND (k.per_holder <> (g.holder <> 0) OR (k.asset = 'money') <> (g.currency <> ''));
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'transfer %: wrong holder or currency on %', NEW.transfer, bad USING ERRCODE = 'LG002', CONSTRAINT = 'leg_fits_book';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER leg_zero_sum AFTER INSERT ON ledger.leg DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger.check_transfer();
CREATE TRIGGER transfer_for_ever BEFORE UPDATE OR DELETE ON ledger.transfer FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
CREATE TRIGGER leg_for_ever BEFORE UPDATE OR DELETE ON ledger.leg FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Purchases and grants laid end to end on the wallet's line; the interval is [start, start + coins - removed - to_debt).
-- Laying order is key order: a lot is made under its wallet's lock.
CREATE TABLE ledger.lot (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account integer NOT NULL REFERENCES ledger.wallet (account),
    class text NOT NULL CHECK (class IN ('paid', 'promo')),
    kind text NOT NULL CHECK (kind IN ('purchase', 'grant', 'adjustment', 'restored')),
    start bigint NOT NULL CHECK (start >= 0),
    coins bigint NOT NULL CHECK (coins > 0),
    removed bigint NOT NULL DEFAULT 0 CHECK (removed >= 0),
    to_debt bigint NOT NULL DEFAULT 0 CHECK (to_debt >= 0),
    clawed bigint NOT NULL DEFAULT 0 CHECK (clawed >= 0),
    transfer bigint NOT NULL UNIQUE REFERENCES ledger.transfer (key),
    -- What the coins cost without tax, for the hourly close: minor units of `currency`; 0 for grants.
    net_minor bigint NOT NULL DEFAULT 0 CHECK (net_minor >= 0),
    gross_minor bigint NOT NULL DEFAULT 0 CHECK (gross_minor >= net_minor),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT lot_bounds CHECK (removed + to_debt + clawed <= coins),
    CONSTRAINT priced_in CHECK (currency IS NOT NULL OR gross_minor = 0)
);
CREATE INDEX lot_line ON ledger.lot (account, class, key);
CREATE TRIGGER lot_for_ever BEFORE DELETE OR UPDATE OF account, class, kind, coins, transfer, net_minor, gross_minor, currency, recorded_at
    ON ledger.lot FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Why a lot grew shorter or was clawed: each change names the transfer that caused it; a lot's three counters are their sums.
CREATE TABLE ledger.lot_cut (
    lot bigint NOT NULL REFERENCES ledger.lot (key),
    transfer bigint NOT NULL REFERENCES ledger.transfer (key),
    what text NOT NULL CHECK (what IN ('removed', 'to_debt', 'clawed')),
    coins bigint NOT NULL CHECK (coins <> 0),
    PRIMARY KEY (lot, transfer, what)
);
CREATE TRIGGER lot_cut_for_ever BEFORE UPDATE OR DELETE ON ledger.lot_cut FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- One stripe per committer: its chain's head and its part of the platform's two hot accounts.
CREATE TABLE ledger.stripe (
    stripe smallint PRIMARY KEY CHECK (stripe BETWEEN 0 AND 63),
    n bigint NOT NULL DEFAULT 0,
    batch bigint NOT NULL DEFAULT 0,
    chain bytea NOT NULL CHECK (octet_length(chain) = 32),
    recorded_at timestamptz NOT NULL DEFAULT '2000-01-01',
    gifts bigint NOT NULL DEFAULT 0,
    coins_paid bigint NOT NULL DEFAULT 0,
    coins_promo bigint NOT NULL DEFAULT 0,
    diamonds_milli bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO ledger.stripe (stripe, chain) SELECT s, decode(repeat('00', 32), 'hex') FROM generate_series(0, 63) s;

-- batch = sequence * 64 + stripe: ordered in time, and strictly ordered within a stripe.
CREATE SEQUENCE ledger.batch_sequence;
CREATE TABLE ledger.batch (
    batch bigint PRIMARY KEY,
    n bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    policy smallint NOT NULL REFERENCES policy.version (key),
    gifts smallint NOT NULL CHECK (gifts BETWEEN 1 AND 1000),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    chain bytea NOT NULL CHECK (octet_length(chain) = 32)
);
CREATE INDEX batch_recorded ON ledger.batch USING brin (recorded_at) WITH (pages_per_range = 8, autosummarize = on);
CREATE UNIQUE INDEX batch_chain ON ledger.batch ((batch & 63), n);
CREATE INDEX batch_stripe ON ledger.batch ((batch & 63), batch);

-- The gifts' journal: one immutable row is the whole entry
--   coin: coins:wallet(sender) -> coins:spent, promo:wallet(sender) -> promo:spent; diamond: diamonds:issued -> diamonds:creator(receiver).
-- recorded_at is the batch's. flags: bits 0-1 context (0 live, 1 after_live, 2 video), bit 2 anonymous.
CREATE TABLE ledger.gift (
    id uuid NOT NULL,
    batch bigint NOT NULL,
    paid_before bigint NOT NULL,
    promo_before bigint NOT NULL,
    diamonds_milli bigint NOT NULL CHECK (diamonds_milli >= 0),
    sender integer NOT NULL,
    receiver integer NOT NULL,
    stage integer NOT NULL,
    coins_paid integer NOT NULL CHECK (coins_paid >= 0),
    coins_promo integer NOT NULL CHECK (coins_promo >= 0),
    api_key integer NOT NULL,
    kind smallint NOT NULL,
    count smallint NOT NULL CHECK (count BETWEEN 1 AND 999),
    policy smallint NOT NULL,
    leaf smallint NOT NULL CHECK (leaf BETWEEN 0 AND 999),
    flags smallint NOT NULL,
    PRIMARY KEY (id, sender),
    CONSTRAINT costs_something CHECK (coins_paid + coins_promo > 0),
    CONSTRAINT not_to_oneself CHECK (sender <> receiver)
) PARTITION BY RANGE (id);
CREATE INDEX gift_batch ON ledger.gift (batch);
CREATE TRIGGER gift_for_ever BEFORE UPDATE OR DELETE ON ledger.gift FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
CREATE TRIGGER batch_for_ever BEFORE UPDATE OR DELETE ON ledger.batch FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Histories: one posting per (sender, batch) and (stage, batch). `hour` (hours since 1970) lets the index fold equal keys.
CREATE TABLE ledger.sent (sender integer NOT NULL, hour integer NOT NULL, batch bigint NOT NULL);
CREATE INDEX sent_sender ON ledger.sent (sender, hour);
CREATE TABLE ledger.staged (stage integer NOT NULL, hour integer NOT NULL, batch bigint NOT NULL);
CREATE INDEX staged_stage ON ledger.staged (stage, hour);

-- A creator's earnings per UTC day of recording and policy, one row a stripe; day + hold + 1 is when it clears.
CREATE TABLE ledger.earning (
    creator integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    gifts bigint NOT NULL DEFAULT 0,
    coins bigint NOT NULL DEFAULT 0,
    milli_in bigint NOT NULL DEFAULT 0,
    milli_reversed bigint NOT NULL DEFAULT 0,
    milli_reserved bigint NOT NULL DEFAULT 0,
    milli_redeemed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (creator, day, policy, stripe),
    CONSTRAINT earning_bounds CHECK (milli_reversed + milli_reserved + milli_redeemed <= milli_in AND milli_reversed >= 0
        AND milli_reserved >= 0 AND milli_redeemed >= 0)
) WITH (fillfactor = 50);

-- The gift rows as postings, for auditors.
CREATE VIEW ledger.posting AS
    SELECT g.id, g.batch, 2::smallint AS book, g.sender AS holder, -g.coins_paid::bigint AS amount FROM ledger.gift g WHERE g.coins_paid > 0
    UNION ALL SELECT g.id, g.batch, 3, 0, g.coins_paid FROM ledger.gift g WHERE g.coins_paid > 0
    UNION ALL SELECT g.id, g.batch, 6, g.sender, -g.coins_promo::bigint FROM ledger.gift g WHERE g.coins_promo > 0
    UNION ALL SELECT g.id, g.batch, 7, 0, g.coins_promo FROM ledger.gift g WHERE g.coins_promo > 0
    UNION ALL SELECT g.id, g.batch, 11, 0, -g.diamonds_milli FROM ledger.gift g WHERE g.diamonds_milli > 0
    UNION ALL SELECT g.id, g.batch, 12, g.receiver, g.diamonds_milli FROM ledger.gift g WHERE g.diamonds_milli > 0;

-- Which secrets (signing key, salt secret) these books began with: SHA-256 over both; a process with others does not start.
CREATE TABLE ledger.seal (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    at timestamptz NOT NULL DEFAULT now()
);

-- Signed heads of all stripes and of the staff trail.
CREATE TABLE ledger.checkpoint (
    n bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    -- Canonical bytes that are signed; see docs/reference/proofs.md.
    body bytea NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 64)
);
CREATE INDEX checkpoint_at ON ledger.checkpoint (at);
CREATE TRIGGER checkpoint_for_ever BEFORE UPDATE OR DELETE ON ledger.checkpoint FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Monthly partitions of ids: the bounds are the lowest UUIDv7 of the first moment of each month (UTC).
CREATE FUNCTION ledger.uuid_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;
CREATE FUNCTION ledger.make_partitions(from_at timestamptz, months integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE first timestamp := date_trunc('month', from_at AT TIME ZONE 'UTC'); low timestamp; made integer := 0; name text;
BEGIN
    FOR i IN 0..months LOOP
        low := first + make_interval(months => i);
        name := 'gift_' || to_char(low, 'YYYYMM');
        IF to_regclass('ledger.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE ledger.%I PARTITION OF ledger.gift FOR VALUES FROM (%L) TO (%L)', name,
                ledger.uuid_at(low AT TIME ZONE 'UTC'), ledger.uuid_at((low + interval '1 month') AT TIME ZONE 'UTC'));
            EXECUTE format('ALTER TABLE ledger.%I SET (autovacuum_freeze_min_age = 0)', name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
