-- What the migrations make, written by `make schema`: never by hand.

CREATE SCHEMA accounts;

CREATE SCHEMA catalog;

CREATE SCHEMA insights;

CREATE SCHEMA kit;

CREATE SCHEMA ledger;

CREATE SCHEMA media;

CREATE SCHEMA payments;

CREATE SCHEMA payouts;

CREATE SCHEMA policy;

CREATE SCHEMA realtime;

CREATE SCHEMA safety;

CREATE SCHEMA stage;

CREATE FUNCTION accounts.ascends(coins bigint[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT coalesce(bool_and(c IS NOT NULL AND c > coalesce(before, 0)), false)
    FROM (SELECT c, lag(c) OVER (ORDER BY n) AS before FROM unnest(coins) WITH ORDINALITY AS u (c, n)) l
$$;

CREATE FUNCTION kit.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are for ever', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LG001';
END $$;

CREATE FUNCTION ledger.check_transfer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE bad text;
BEGIN
    IF EXISTS (SELECT FROM ledger.leg g WHERE g.transfer = NEW.transfer AND g.n > NEW.n AND g.xmin = pg_current_xact_id()::xid) THEN
        RETURN NULL;
    END IF;
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

CREATE FUNCTION ledger.give_hour_period() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.period := ledger.open_month(to_timestamp(NEW.hour * 3600.0));
    RETURN NEW;
END $$;

CREATE FUNCTION ledger.give_transfer_period() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.period := ledger.open_month(CASE NEW.kind WHEN 'close' THEN NEW.happened_at ELSE NEW.recorded_at END);
    RETURN NEW;
END $$;

CREATE FUNCTION ledger.make_partitions(from_at timestamp with time zone, months integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION ledger.open_month(at timestamp with time zone) RETURNS date
    LANGUAGE plpgsql
    AS $$
BEGIN
    LOCK TABLE ledger.period IN ROW SHARE MODE;
    RETURN greatest(date_trunc('month', at AT TIME ZONE 'UTC')::date, (SELECT (max(month) + interval '1 month')::date FROM ledger.period));
END $$;

CREATE FUNCTION ledger.parts_in_hold(giver integer, pieces int8range[], as_of timestamp with time zone[], disputes bigint[], since timestamp with time zone) RETURNS TABLE(batch bigint, leaf smallint, low bigint, coins bigint, milli bigint, dispute bigint, receiver integer, stage integer, day date, policy smallint, anonymous boolean)
    LANGUAGE sql STABLE
    AS $$
    SELECT g.batch, g.leaf, lower(o.part), upper(o.part) - lower(o.part), (upper(o.part) - lower(o.part)) * v.share_bps / 10, piece.dispute,
        g.receiver, g.stage, g.day, v.key, g.flags & 4 <> 0
    FROM (
        SELECT s.day, i.* FROM (
            SELECT (greatest(since, min(a.at) - make_interval(days => 1 + (SELECT max(v.hold_days) FROM policy.version v))) AT TIME ZONE 'UTC')::date
                    AS first, date '1970-01-01' + (SELECT max(p.hour) / 24 FROM ledger.sent p WHERE p.sender = giver) AS last
            FROM unnest(as_of) AS a (at) OFFSET 0
        ) d
        CROSS JOIN LATERAL (
            SELECT d.first + n AS day, (d.first + n - date '1970-01-01') * 24 AS hour, ledger.uuid_at((d.first + n - 2)::timestamp AT TIME ZONE 'UTC') AS low,
                ledger.uuid_at((d.first + n + 3)::timestamp AT TIME ZONE 'UTC') AS high
            FROM generate_series(0, d.last - d.first) AS n OFFSET 0
        ) s
        CROSS JOIN LATERAL (
            SELECT array_agg(p.batch) AS batches FROM ledger.sent p WHERE p.sender = giver AND p.hour >= s.hour AND p.hour < s.hour + 24 OFFSET 0
        ) b
        CROSS JOIN LATERAL (
            SELECT i.batch, i.leaf, i.receiver, i.stage, i.policy, i.flags, int8range(i.paid_before, i.paid_before + i.coins_paid) AS at
            FROM ledger.gift i WHERE i.batch = ANY (b.batches) AND i.sender = giver AND i.id >= s.low AND i.id < s.high OFFSET 0
        ) i OFFSET 0
    ) g
    JOIN policy.version v ON v.key = g.policy AND v.hold_days > 0
    JOIN unnest(pieces, as_of, disputes) AS piece (at, as_of, dispute)
        ON piece.at && g.at AND piece.as_of < (g.day + v.hold_days + 1)::timestamp AT TIME ZONE 'UTC'
    CROSS JOIN LATERAL (SELECT piece.at * g.at AS part) o
$$;

CREATE FUNCTION ledger.refuse_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT transfer FROM added) a JOIN ledger.transfer t ON t.key = a.transfer
               WHERE t.period <= (SELECT max(month) FROM ledger.period)) THEN
        RAISE EXCEPTION 'a leg for an entry of a frozen month is refused' USING ERRCODE = 'LG003', CONSTRAINT = 'month_is_open';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger.trial_balance(asked date) RETURNS TABLE(book smallint, currency text, opening bigint, debit bigint, credit bigint)
    LANGUAGE sql STABLE
    AS $$
    WITH base AS (SELECT coalesce(max(month), '-infinity') AS month FROM ledger.period WHERE month < asked), moved AS (
        SELECT l.book, l.currency, t.period, l.amount
        FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key WHERE t.period > (SELECT month FROM base) AND t.period <= asked
        UNION ALL
        SELECT v.book, '', h.period, v.amount
        FROM ledger.hour h CROSS JOIN LATERAL (VALUES (2::smallint, -h.coins_paid), (3, h.coins_paid), (6, -h.coins_promo), (7, h.coins_promo),
            (11, -h.diamonds_milli), (12, h.diamonds_milli)) AS v (book, amount)
        WHERE h.period > (SELECT month FROM base) AND h.period <= asked AND v.amount <> 0
        UNION ALL
        SELECT p.book, p.currency, p.month, p.opening + p.debit - p.credit FROM ledger.period_balance p WHERE p.month = (SELECT month FROM base)
    )
    SELECT m.book, m.currency, coalesce(sum(m.amount) FILTER (WHERE m.period < asked), 0)::bigint,
        coalesce(sum(m.amount) FILTER (WHERE m.period = asked AND m.amount > 0), 0)::bigint,
        coalesce(-sum(m.amount) FILTER (WHERE m.period = asked AND m.amount < 0), 0)::bigint
    FROM moved m GROUP BY m.book, m.currency
$$;

CREATE FUNCTION ledger.uuid_at(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;

CREATE FUNCTION payments.check_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.status NOT IN ('created', 'paid') THEN
        RAISE EXCEPTION 'purchase %: % is not where a purchase begins', NEW.id, NEW.status
            USING ERRCODE = 'LG003', CONSTRAINT = 'legal_entry';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payments.check_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.status IS DISTINCT FROM OLD.status AND NOT EXISTS (
        SELECT 1 FROM payments.purchase_move m WHERE m.from_status = OLD.status AND m.to_status = NEW.status) THEN
        RAISE EXCEPTION 'purchase %: % -> % is not a legal move', NEW.id, OLD.status, NEW.status
            USING ERRCODE = 'LG003', CONSTRAINT = 'legal_move';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payments.keep_campaign() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.granted_coins < OLD.granted_coins OR OLD.ended_at IS DISTINCT FROM NEW.ended_at AND OLD.ended_at IS NOT NULL
        OR (to_jsonb(NEW) - 'granted_coins' - 'ended_at') <> (to_jsonb(OLD) - 'granted_coins' - 'ended_at') THEN
        RAISE EXCEPTION 'campaign %: an approved one is never changed', OLD.id USING ERRCODE = 'LG001', CONSTRAINT = 'campaign_stands';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payouts.check_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.status IS DISTINCT FROM OLD.status AND NOT EXISTS (
        SELECT 1 FROM payouts.payout_move m WHERE m.from_status = OLD.status AND m.to_status = NEW.status) THEN
        RAISE EXCEPTION 'payout %: % -> % is not a legal move', NEW.id, OLD.status, NEW.status
            USING ERRCODE = 'LG003', CONSTRAINT = 'legal_move';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION stage.check_announced() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.starts_at < clock_timestamp() + interval '3 seconds' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'announced_before', TABLE = 'multiplier',
            MESSAGE = 'a multiplier is announced three seconds before it starts';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION stage.check_match_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (('invited', 'invited'), ('invited', 'running'), ('invited', 'declined'),
        ('invited', 'expired'), ('invited', 'withdrawn'), ('running', 'running'), ('running', 'ended')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'match_moves', TABLE = 'match',
            MESSAGE = 'a match does not go from ' || OLD.status || ' to ' || NEW.status;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION stage.check_score() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.score <> OLD.score AND EXISTS (SELECT FROM stage.match m WHERE m.key = OLD.match AND m.status = 'ended') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'match_stays', TABLE = 'match_side',
            MESSAGE = 'the score of a match that has ended stays';
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE accounts.acceptance (
    account integer NOT NULL,
    document text NOT NULL,
    version integer NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE accounts.account (
    key integer NOT NULL,
    id uuid NOT NULL,
    username text NOT NULL,
    email text,
    display_name text NOT NULL,
    password_hash text,
    birth_date date,
    country text NOT NULL,
    adult_from date NOT NULL,
    creator_since timestamp with time zone,
    roles text[] DEFAULT '{}'::text[] NOT NULL,
    simulated boolean DEFAULT false NOT NULL,
    badge_hidden boolean DEFAULT false NOT NULL,
    email_verified_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    erased_at timestamp with time zone,
    language text,
    CONSTRAINT account_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT account_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 40))),
    CONSTRAINT account_email_check CHECK ((octet_length(email) <= 254)),
    CONSTRAINT account_language_check CHECK ((language ~ '^[a-z]{2,3}$'::text)),
    CONSTRAINT account_roles_check CHECK ((roles <@ ARRAY['support'::text, 'moderator'::text, 'finance'::text, 'admin'::text])),
    CONSTRAINT account_username_check CHECK ((username ~ '^[a-z0-9_.]{2,24}$'::text)),
    CONSTRAINT unknown_is_no_adult CHECK (((birth_date IS NOT NULL) OR (adult_from = '9999-12-31'::date)))
);

ALTER TABLE accounts.account ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME accounts.account_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts.age_rule (
    country text NOT NULL,
    effective_on date NOT NULL,
    years smallint NOT NULL,
    source text NOT NULL,
    CONSTRAINT age_rule_years_check CHECK (((years >= 13) AND (years <= 25)))
);

CREATE TABLE accounts.badge_rule (
    effective_on date NOT NULL,
    coins_min bigint[] NOT NULL,
    CONSTRAINT badge_rule_coins_min_check CHECK (((array_ndims(coins_min) = 1) AND (array_length(coins_min, 1) <= 100) AND accounts.ascends(coins_min)))
);

CREATE VIEW accounts.badge_rule_in_force AS
 SELECT coins_min
   FROM accounts.badge_rule
  WHERE (effective_on <= ((now() AT TIME ZONE 'UTC'::text))::date)
  ORDER BY effective_on DESC
 LIMIT 1;

CREATE TABLE accounts.bearer (
    key integer NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    hash bytea NOT NULL,
    account integer NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    host integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    approved_by integer,
    approved_at timestamp with time zone,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    second_factor_at timestamp with time zone,
    address inet,
    device text DEFAULT ''::text NOT NULL,
    CONSTRAINT bearer_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT bearer_kind_check CHECK ((kind = ANY (ARRAY['session'::text, 'api_key'::text, 'embed'::text, 'overlay'::text, 'dock'::text])))
);

ALTER TABLE accounts.bearer ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME accounts.bearer_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts.follow (
    follower integer NOT NULL,
    followed integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT follow_check CHECK ((follower <> followed))
);

CREATE TABLE accounts.gifter (
    account integer NOT NULL,
    coins bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE accounts.host (
    key integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT host_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 40)))
);

CREATE TABLE accounts.host_code (
    hash bytea NOT NULL,
    host integer NOT NULL,
    account integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    host_user text,
    CONSTRAINT host_code_hash_check CHECK ((octet_length(hash) = 32))
);

ALTER TABLE accounts.host ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME accounts.host_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts.host_user (
    host integer NOT NULL,
    host_user text NOT NULL,
    account integer NOT NULL,
    made boolean DEFAULT false NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT host_user_host_user_check CHECK (((octet_length(host_user) >= 1) AND (octet_length(host_user) <= 200)))
);

CREATE TABLE accounts.link (
    hash bytea NOT NULL,
    kind text NOT NULL,
    account integer NOT NULL,
    email text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT link_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT link_kind_check CHECK ((kind = ANY (ARRAY['password-reset'::text, 'email-verification'::text])))
);

CREATE TABLE accounts.personal_key (
    account integer NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT personal_key_sealed_check CHECK ((octet_length(sealed) = 60))
);

CREATE TABLE accounts.personal_seal (
    one boolean DEFAULT true NOT NULL,
    seal bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT personal_seal_one_check CHECK (one),
    CONSTRAINT personal_seal_seal_check CHECK ((octet_length(seal) = 32))
);

CREATE TABLE accounts.terms (
    document text NOT NULL,
    version integer NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    body text NOT NULL,
    CONSTRAINT terms_document_check CHECK ((document = ANY (ARRAY['service'::text, 'coins'::text, 'creator'::text])))
);

CREATE TABLE accounts.totp (
    account integer NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    CONSTRAINT totp_check CHECK ((confirmed_at >= created_at)),
    CONSTRAINT totp_last_step_check CHECK ((last_step >= 0))
);

CREATE TABLE catalog.bundle (
    key integer NOT NULL,
    id text NOT NULL,
    book smallint NOT NULL,
    coins integer NOT NULL,
    price_minor bigint NOT NULL,
    product_id text,
    retired_at timestamp with time zone,
    CONSTRAINT bundle_coins_check CHECK ((coins > 0)),
    CONSTRAINT bundle_price_minor_check CHECK ((price_minor > 0))
);

ALTER TABLE catalog.bundle ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.bundle_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.coming_book (
    id uuid NOT NULL,
    region text NOT NULL,
    channel text NOT NULL,
    content jsonb NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone,
    canceled_at timestamp with time zone,
    CONSTRAINT coming_book_channel_check CHECK ((channel = ANY (ARRAY['web'::text, 'apple'::text, 'google'::text]))),
    CONSTRAINT coming_book_region_check CHECK ((region ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT one_end CHECK (((applied_at IS NULL) OR (canceled_at IS NULL)))
);

CREATE TABLE catalog.edition (
    one boolean DEFAULT true NOT NULL,
    version integer NOT NULL,
    CONSTRAINT edition_one_check CHECK (one)
);

CREATE TABLE catalog.gift (
    key smallint NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    coins integer NOT NULL,
    tier text NOT NULL,
    streakable boolean NOT NULL,
    art jsonb NOT NULL,
    "position" smallint NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT gift_coins_check CHECK (((coins >= 1) AND (coins <= 1000000))),
    CONSTRAINT gift_id_check CHECK ((id ~ '^[a-z0-9-]{1,40}$'::text)),
    CONSTRAINT gift_tier_check CHECK ((tier = ANY (ARRAY['small'::text, 'mid'::text, 'big'::text])))
);

ALTER TABLE catalog.gift ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.gift_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.price_book (
    key smallint NOT NULL,
    region text NOT NULL,
    channel text NOT NULL,
    currency text NOT NULL,
    tax_bps integer DEFAULT 0 NOT NULL,
    channel_fee_bps integer DEFAULT 0 NOT NULL,
    channel_fee_minor integer DEFAULT 0 NOT NULL,
    custom_coins_min integer,
    custom_coins_max integer,
    custom_micros_per_coin bigint,
    unit_usd_micros bigint DEFAULT 1000000 NOT NULL,
    CONSTRAINT custom_whole CHECK (((num_nulls(custom_coins_min, custom_coins_max, custom_micros_per_coin) = ANY (ARRAY[0, 3])) AND ((custom_coins_min IS NULL) OR (((custom_coins_min >= 1) AND (custom_coins_min <= custom_coins_max)) AND (custom_micros_per_coin > 0))))),
    CONSTRAINT dollar_is_a_dollar CHECK (((currency <> 'USD'::text) OR (unit_usd_micros = 1000000))),
    CONSTRAINT price_book_channel_check CHECK ((channel = ANY (ARRAY['web'::text, 'apple'::text, 'google'::text]))),
    CONSTRAINT price_book_channel_fee_bps_check CHECK (((channel_fee_bps >= 0) AND (channel_fee_bps <= 10000))),
    CONSTRAINT price_book_channel_fee_minor_check CHECK ((channel_fee_minor >= 0)),
    CONSTRAINT price_book_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT price_book_region_check CHECK ((region ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT price_book_tax_bps_check CHECK (((tax_bps >= 0) AND (tax_bps <= 10000))),
    CONSTRAINT price_book_unit_usd_micros_check CHECK ((unit_usd_micros > 0))
);

ALTER TABLE catalog.price_book ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.price_book_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.region (
    key integer NOT NULL,
    country text NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    buying boolean NOT NULL,
    giving boolean NOT NULL,
    withdrawing boolean NOT NULL,
    providers text[] NOT NULL,
    withdraw_days smallint NOT NULL,
    tax text NOT NULL,
    announced_at timestamp with time zone DEFAULT now() NOT NULL,
    proposed_by integer,
    approved_by integer,
    reason text NOT NULL,
    CONSTRAINT region_announced_first CHECK ((announced_at <= effective_at)),
    CONSTRAINT region_country_check CHECK ((country ~ '^([A-Z]{2})?$'::text)),
    CONSTRAINT region_four_eyes CHECK (((num_nulls(proposed_by, approved_by) = 2) OR (proposed_by <> approved_by))),
    CONSTRAINT region_providers_check CHECK ((providers <@ ARRAY['stripe'::text, 'paypal'::text, 'apple'::text, 'google'::text, 'sandbox'::text])),
    CONSTRAINT region_tax_check CHECK ((tax = ANY (ARRAY['included'::text, 'added'::text]))),
    CONSTRAINT region_withdraw_days_check CHECK (((withdraw_days >= 0) AND (withdraw_days <= 365)))
);

ALTER TABLE catalog.region ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.region_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE insights.gift (
    creator integer NOT NULL,
    day date NOT NULL,
    kind smallint NOT NULL,
    gifts bigint NOT NULL,
    pieces bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE insights.gifter (
    creator integer NOT NULL,
    gifter integer NOT NULL,
    first_day date NOT NULL,
    CONSTRAINT gifter_gifter_check CHECK ((gifter > 0))
);

CREATE TABLE insights.gifter_day (
    creator integer NOT NULL,
    day date NOT NULL,
    gifter integer NOT NULL,
    gifts bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE insights.hour (
    creator integer NOT NULL,
    hour integer NOT NULL,
    gifts bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE insights.live (
    creator integer NOT NULL,
    day date NOT NULL,
    stage integer NOT NULL,
    gifts bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE kit.outbox (
    id bigint NOT NULL,
    epoch integer NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    topic text NOT NULL,
    subject bigint DEFAULT 0 NOT NULL,
    body jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE kit.outbox_cursor (
    reader text NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    xid xid8 DEFAULT '0'::xid8 NOT NULL,
    id bigint DEFAULT 0 NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE kit.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kit.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kit.proposal (
    id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    reason text NOT NULL,
    ticket text DEFAULT ''::text NOT NULL,
    proposed_by integer NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    decided_by integer,
    decided_at timestamp with time zone,
    CONSTRAINT four_eyes CHECK (((decided_by IS NULL) OR (state <> 'approved'::text) OR (decided_by <> proposed_by))),
    CONSTRAINT proposal_state_check CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])))
);

CREATE UNLOGGED TABLE kit.throttle (
    key text NOT NULL,
    bucket_at timestamp with time zone NOT NULL,
    n integer NOT NULL
);

CREATE TABLE kit.trail (
    n bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor integer NOT NULL,
    verb text NOT NULL,
    about text NOT NULL,
    body jsonb NOT NULL,
    chain bytea NOT NULL,
    CONSTRAINT trail_chain_check CHECK ((octet_length(chain) = 32))
);

CREATE TABLE kit.world (
    one boolean DEFAULT true NOT NULL,
    id uuid NOT NULL,
    sandbox boolean NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT world_one_check CHECK (one)
);

CREATE TABLE ledger.batch (
    batch bigint NOT NULL,
    n bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    policy smallint NOT NULL,
    gifts smallint NOT NULL,
    root bytea NOT NULL,
    chain bytea NOT NULL,
    CONSTRAINT batch_chain_check CHECK ((octet_length(chain) = 32)),
    CONSTRAINT batch_gifts_check CHECK (((gifts >= 1) AND (gifts <= 1000))),
    CONSTRAINT batch_root_check CHECK ((octet_length(root) = 32))
);

CREATE SEQUENCE ledger.batch_sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE ledger.book (
    key smallint NOT NULL,
    name text NOT NULL,
    asset text NOT NULL,
    per_holder boolean NOT NULL,
    CONSTRAINT book_asset_check CHECK ((asset = ANY (ARRAY['coin'::text, 'promo'::text, 'diamond'::text, 'money'::text])))
);

CREATE TABLE ledger.checkpoint (
    n bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT checkpoint_signature_check CHECK ((octet_length(signature) = 64))
);

CREATE TABLE ledger.diamond_grant (
    transfer bigint NOT NULL,
    creator integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    milli bigint NOT NULL,
    minor bigint NOT NULL,
    CONSTRAINT diamond_grant_milli_check CHECK ((milli > 0)),
    CONSTRAINT diamond_grant_minor_check CHECK ((minor >= 0))
);

CREATE TABLE ledger.dispute (
    transfer bigint NOT NULL,
    lot bigint NOT NULL,
    minor bigint NOT NULL,
    currency text NOT NULL,
    fee_minor bigint NOT NULL,
    fee_currency text NOT NULL,
    coins bigint NOT NULL,
    at int8multirange NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    decided bigint,
    rounds smallint DEFAULT 0 NOT NULL,
    CONSTRAINT decided_by CHECK ((((state = 'open'::text) = (decided IS NULL)) AND ((state = 'open'::text) = (rounds = 0)))),
    CONSTRAINT dispute_coins_check CHECK ((coins >= 0)),
    CONSTRAINT dispute_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT dispute_fee_currency_check CHECK ((fee_currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT dispute_fee_minor_check CHECK ((fee_minor >= 0)),
    CONSTRAINT dispute_minor_check CHECK ((minor > 0)),
    CONSTRAINT dispute_state_check CHECK ((state = ANY (ARRAY['open'::text, 'lost'::text, 'won'::text])))
);

CREATE TABLE ledger.earning (
    creator integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    gifts bigint DEFAULT 0 NOT NULL,
    coins bigint DEFAULT 0 NOT NULL,
    milli_in bigint DEFAULT 0 NOT NULL,
    milli_reversed bigint DEFAULT 0 NOT NULL,
    milli_reserved bigint DEFAULT 0 NOT NULL,
    milli_redeemed bigint DEFAULT 0 NOT NULL,
    milli_held bigint DEFAULT 0 NOT NULL,
    CONSTRAINT earning_bounds CHECK ((((((milli_reversed + milli_held) + milli_reserved) + milli_redeemed) <= milli_in) AND (milli_reversed >= 0) AND (milli_held >= 0) AND (milli_reserved >= 0) AND (milli_redeemed >= 0)))
)
WITH (fillfactor='50');

CREATE TABLE ledger."freeze" (
    account integer NOT NULL,
    cause text NOT NULL,
    about bigint DEFAULT 0 NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT about_a_dispute CHECK (((cause = 'dispute'::text) = (about <> 0))),
    CONSTRAINT freeze_cause_check CHECK ((cause = ANY (ARRAY['operator'::text, 'dispute'::text, 'debt'::text])))
);

CREATE TABLE ledger.gift (
    id uuid NOT NULL,
    batch bigint NOT NULL,
    paid_before bigint NOT NULL,
    promo_before bigint NOT NULL,
    diamonds_milli bigint NOT NULL,
    sender integer NOT NULL,
    receiver integer NOT NULL,
    stage integer NOT NULL,
    coins_paid integer NOT NULL,
    coins_promo integer NOT NULL,
    api_key integer NOT NULL,
    kind smallint NOT NULL,
    count smallint NOT NULL,
    policy smallint NOT NULL,
    leaf smallint NOT NULL,
    flags smallint NOT NULL,
    CONSTRAINT costs_something CHECK (((coins_paid + coins_promo) > 0)),
    CONSTRAINT gift_coins_paid_check CHECK ((coins_paid >= 0)),
    CONSTRAINT gift_coins_promo_check CHECK ((coins_promo >= 0)),
    CONSTRAINT gift_count_check CHECK (((count >= 1) AND (count <= 999))),
    CONSTRAINT gift_diamonds_milli_check CHECK ((diamonds_milli >= 0)),
    CONSTRAINT gift_leaf_check CHECK (((leaf >= 0) AND (leaf <= 999))),
    CONSTRAINT not_to_oneself CHECK ((sender <> receiver))
)
PARTITION BY RANGE (id);

CREATE TABLE ledger.gift_part (
    transfer bigint NOT NULL,
    batch bigint NOT NULL,
    low bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL,
    dispute bigint NOT NULL,
    sender integer NOT NULL,
    receiver integer NOT NULL,
    stage integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    leaf smallint NOT NULL,
    anonymous boolean NOT NULL,
    CONSTRAINT gift_part_coins_check CHECK ((coins <> 0))
);

CREATE TABLE ledger.held (
    dispute bigint NOT NULL,
    transfer bigint NOT NULL,
    creator integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    milli bigint NOT NULL,
    CONSTRAINT held_milli_check CHECK ((milli <> 0))
);

CREATE TABLE ledger.hosted (
    receiver integer NOT NULL,
    stage integer NOT NULL,
    hour integer NOT NULL,
    batch bigint NOT NULL,
    alone boolean NOT NULL
);

CREATE TABLE ledger.hour (
    hour integer NOT NULL,
    transfer bigint,
    cursor bigint[] NOT NULL,
    gifts bigint NOT NULL,
    coins_paid bigint NOT NULL,
    coins_promo bigint NOT NULL,
    diamonds_milli bigint NOT NULL,
    creators_total numeric(40,0) NOT NULL,
    promotion_total numeric(40,0) NOT NULL,
    closed_at timestamp with time zone DEFAULT now() NOT NULL,
    period date NOT NULL,
    CONSTRAINT hour_coins_paid_check CHECK ((coins_paid >= 0)),
    CONSTRAINT hour_coins_promo_check CHECK ((coins_promo >= 0)),
    CONSTRAINT hour_creators_total_check CHECK ((creators_total >= (0)::numeric)),
    CONSTRAINT hour_cursor_check CHECK ((cardinality(cursor) = 64)),
    CONSTRAINT hour_diamonds_milli_check CHECK ((diamonds_milli >= 0)),
    CONSTRAINT hour_gifts_check CHECK ((gifts > 0)),
    CONSTRAINT hour_promotion_total_check CHECK ((promotion_total >= (0)::numeric))
);

CREATE TABLE ledger.hour_lot (
    hour integer NOT NULL,
    lot bigint NOT NULL,
    coins bigint NOT NULL,
    net_minor bigint NOT NULL,
    CONSTRAINT hour_lot_coins_check CHECK ((coins > 0)),
    CONSTRAINT hour_lot_net_minor_check CHECK ((net_minor >= 0))
);

CREATE TABLE ledger.leg (
    transfer bigint NOT NULL,
    n smallint NOT NULL,
    book smallint NOT NULL,
    holder integer DEFAULT 0 NOT NULL,
    currency text DEFAULT ''::text NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT leg_amount_check CHECK ((amount <> 0))
);

CREATE TABLE ledger.lot (
    key bigint NOT NULL,
    account integer NOT NULL,
    class text NOT NULL,
    kind text NOT NULL,
    start bigint NOT NULL,
    coins bigint NOT NULL,
    removed bigint DEFAULT 0 NOT NULL,
    to_debt bigint DEFAULT 0 NOT NULL,
    clawed bigint DEFAULT 0 NOT NULL,
    transfer bigint NOT NULL,
    net_minor bigint DEFAULT 0 NOT NULL,
    gross_minor bigint DEFAULT 0 NOT NULL,
    currency text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    origin bigint,
    clawed_at int8multirange DEFAULT '{}'::int8multirange NOT NULL,
    CONSTRAINT lot_bounds CHECK ((((removed + to_debt) + clawed) <= coins)),
    CONSTRAINT lot_check CHECK ((gross_minor >= net_minor)),
    CONSTRAINT lot_class_check CHECK ((class = ANY (ARRAY['paid'::text, 'promo'::text]))),
    CONSTRAINT lot_clawed_check CHECK ((clawed >= 0)),
    CONSTRAINT lot_coins_check CHECK ((coins > 0)),
    CONSTRAINT lot_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT lot_kind_check CHECK ((kind = ANY (ARRAY['purchase'::text, 'grant'::text, 'adjustment'::text, 'restored'::text]))),
    CONSTRAINT lot_net_minor_check CHECK ((net_minor >= 0)),
    CONSTRAINT lot_removed_check CHECK ((removed >= 0)),
    CONSTRAINT lot_start_check CHECK ((start >= 0)),
    CONSTRAINT lot_to_debt_check CHECK ((to_debt >= 0)),
    CONSTRAINT priced_in CHECK (((currency IS NOT NULL) OR (gross_minor = 0))),
    CONSTRAINT restored_from CHECK (((kind = 'restored'::text) = (origin IS NOT NULL)))
);

CREATE TABLE ledger.lot_cut (
    lot bigint NOT NULL,
    transfer bigint NOT NULL,
    what text NOT NULL,
    coins bigint NOT NULL,
    net_minor bigint DEFAULT 0 NOT NULL,
    gross_minor bigint DEFAULT 0 NOT NULL,
    at int8multirange DEFAULT '{}'::int8multirange NOT NULL,
    CONSTRAINT lot_cut_coins_check CHECK ((coins <> 0)),
    CONSTRAINT lot_cut_what_check CHECK ((what = ANY (ARRAY['removed'::text, 'to_debt'::text, 'clawed'::text])))
);

ALTER TABLE ledger.lot ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.lot_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.payee (
    creator integer NOT NULL
);

CREATE TABLE ledger.payout (
    transfer bigint NOT NULL,
    creator integer NOT NULL,
    milli bigint NOT NULL,
    gross_minor bigint NOT NULL,
    fee_minor bigint,
    sent_minor bigint,
    sent_currency text,
    paid bigint,
    let_go bigint,
    returned bigint,
    CONSTRAINT paid_is_known CHECK ((num_nulls(paid, fee_minor, sent_minor, sent_currency) = ANY (ARRAY[0, 4]))),
    CONSTRAINT paid_or_let_go CHECK (((paid IS NULL) OR (let_go IS NULL))),
    CONSTRAINT payout_check CHECK (((fee_minor >= 0) AND (fee_minor <= gross_minor))),
    CONSTRAINT payout_gross_minor_check CHECK ((gross_minor > 0)),
    CONSTRAINT payout_milli_check CHECK ((milli > 0)),
    CONSTRAINT payout_sent_currency_check CHECK ((sent_currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT payout_sent_minor_check CHECK ((sent_minor > 0)),
    CONSTRAINT returned_after_paid CHECK (((returned IS NULL) OR (paid IS NOT NULL)))
);

CREATE TABLE ledger.payout_part (
    payout bigint NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    milli bigint NOT NULL,
    CONSTRAINT payout_part_milli_check CHECK ((milli > 0))
);

CREATE TABLE ledger.period (
    month date NOT NULL,
    proposed_by integer NOT NULL,
    approved_by integer NOT NULL,
    frozen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT period_month_check CHECK ((month = date_trunc('month'::text, (month)::timestamp with time zone))),
    CONSTRAINT two_people CHECK ((proposed_by <> approved_by))
);

CREATE TABLE ledger.period_balance (
    month date NOT NULL,
    book smallint NOT NULL,
    currency text NOT NULL,
    opening bigint NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL
);

CREATE VIEW ledger.posting AS
 SELECT g.id,
    g.batch,
    (2)::smallint AS book,
    g.sender AS holder,
    (- (g.coins_paid)::bigint) AS amount
   FROM ledger.gift g
  WHERE (g.coins_paid > 0)
UNION ALL
 SELECT g.id,
    g.batch,
    3 AS book,
    0 AS holder,
    g.coins_paid AS amount
   FROM ledger.gift g
  WHERE (g.coins_paid > 0)
UNION ALL
 SELECT g.id,
    g.batch,
    6 AS book,
    g.sender AS holder,
    (- (g.coins_promo)::bigint) AS amount
   FROM ledger.gift g
  WHERE (g.coins_promo > 0)
UNION ALL
 SELECT g.id,
    g.batch,
    7 AS book,
    0 AS holder,
    g.coins_promo AS amount
   FROM ledger.gift g
  WHERE (g.coins_promo > 0)
UNION ALL
 SELECT g.id,
    g.batch,
    11 AS book,
    0 AS holder,
    (- g.diamonds_milli) AS amount
   FROM ledger.gift g
  WHERE (g.diamonds_milli > 0)
UNION ALL
 SELECT g.id,
    g.batch,
    12 AS book,
    g.receiver AS holder,
    g.diamonds_milli AS amount
   FROM ledger.gift g
  WHERE (g.diamonds_milli > 0);

CREATE TABLE ledger.reader (
    name text NOT NULL,
    cursor bigint[] DEFAULT array_fill(0, ARRAY[64]) NOT NULL,
    CONSTRAINT reader_cursor_check CHECK ((array_length(cursor, 1) = 64))
)
WITH (fillfactor='50');

CREATE TABLE ledger.receivable (
    transfer bigint NOT NULL,
    creator integer NOT NULL,
    policy smallint NOT NULL,
    milli bigint NOT NULL,
    minor bigint NOT NULL,
    undoes bigint,
    CONSTRAINT owed_or_undone CHECK (
CASE
    WHEN (undoes IS NULL) THEN ((milli > 0) AND (minor >= 0))
    ELSE ((milli < 0) AND (minor <= 0))
END)
);

CREATE TABLE ledger.seal (
    one boolean DEFAULT true NOT NULL,
    seal bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT seal_one_check CHECK (one),
    CONSTRAINT seal_seal_check CHECK ((octet_length(seal) = 32))
);

CREATE TABLE ledger.sent (
    sender integer NOT NULL,
    hour integer NOT NULL,
    batch bigint NOT NULL
);

CREATE TABLE ledger.setoff (
    transfer bigint NOT NULL,
    claim bigint NOT NULL,
    creator integer NOT NULL,
    claim_policy smallint NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    milli bigint NOT NULL,
    minor bigint NOT NULL,
    worth_minor bigint NOT NULL,
    CONSTRAINT setoff_milli_check CHECK ((milli <> 0))
);

CREATE TABLE ledger.staged (
    stage integer NOT NULL,
    hour integer NOT NULL,
    batch bigint NOT NULL
);

CREATE TABLE ledger.stripe (
    stripe smallint NOT NULL,
    n bigint DEFAULT 0 NOT NULL,
    batch bigint DEFAULT 0 NOT NULL,
    chain bytea NOT NULL,
    recorded_at timestamp with time zone DEFAULT '2000-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    gifts bigint DEFAULT 0 NOT NULL,
    coins_paid bigint DEFAULT 0 NOT NULL,
    coins_promo bigint DEFAULT 0 NOT NULL,
    diamonds_milli bigint DEFAULT 0 NOT NULL,
    CONSTRAINT stripe_chain_check CHECK ((octet_length(chain) = 32)),
    CONSTRAINT stripe_stripe_check CHECK (((stripe >= 0) AND (stripe <= 63)))
)
WITH (fillfactor='50');

CREATE TABLE ledger.taking (
    transfer bigint NOT NULL,
    account integer NOT NULL,
    lot bigint NOT NULL,
    undoes bigint,
    asked_coins bigint,
    money_minor bigint NOT NULL,
    fee_minor bigint DEFAULT 0 NOT NULL,
    removed bigint DEFAULT 0 NOT NULL,
    clawed bigint DEFAULT 0 NOT NULL,
    reopened bigint DEFAULT 0 NOT NULL,
    reversed_coins bigint DEFAULT 0 NOT NULL,
    reversed_milli bigint DEFAULT 0 NOT NULL,
    debt bigint DEFAULT 0 NOT NULL,
    set_off bigint DEFAULT 0 NOT NULL,
    CONSTRAINT debt_is_what_was_not_reversed CHECK ((debt = ((clawed - reversed_coins) + reopened))),
    CONSTRAINT taking_asked_coins_check CHECK ((asked_coins > 0))
);

CREATE TABLE ledger.transfer (
    key bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    period date NOT NULL,
    CONSTRAINT transfer_kind_check CHECK ((kind = ANY (ARRAY['purchase'::text, 'grant'::text, 'adjustment'::text, 'refund'::text, 'restored'::text, 'dispute'::text, 'chargeback'::text, 'won'::text, 'mismatch'::text, 'allocation'::text, 'sendback'::text, 'debt'::text, 'close'::text, 'payout'::text, 'paidout'::text, 'letgo'::text, 'return'::text, 'setoff'::text, 'settlement'::text, 'diamonds'::text])))
);

ALTER TABLE ledger.transfer ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.transfer_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.unallocated (
    transfer bigint NOT NULL,
    minor bigint NOT NULL,
    currency text NOT NULL,
    left_minor bigint NOT NULL,
    CONSTRAINT unallocated_covers CHECK (((left_minor >= 0) AND (left_minor <= minor))),
    CONSTRAINT unallocated_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT unallocated_minor_check CHECK ((minor > 0))
);

CREATE TABLE ledger.wallet (
    account integer CONSTRAINT wallet_ordered_account_not_null NOT NULL,
    paid_in bigint DEFAULT 0 CONSTRAINT wallet_ordered_paid_in_not_null NOT NULL,
    promo_in bigint DEFAULT 0 CONSTRAINT wallet_ordered_promo_in_not_null NOT NULL,
    debt bigint DEFAULT 0 CONSTRAINT wallet_ordered_debt_not_null NOT NULL,
    rests_until timestamp with time zone DEFAULT '2000-01-01 00:00:00+00'::timestamp with time zone CONSTRAINT wallet_ordered_rests_until_not_null NOT NULL,
    own_day_max bigint,
    own_week_max bigint,
    own_month_max bigint,
    own_gift_max bigint,
    gives_from date CONSTRAINT wallet_ordered_gives_from_not_null NOT NULL,
    frozen boolean DEFAULT false CONSTRAINT wallet_ordered_frozen_not_null NOT NULL,
    test_money boolean DEFAULT false CONSTRAINT wallet_ordered_test_money_not_null NOT NULL,
    paid_out bigint DEFAULT 0 CONSTRAINT wallet_ordered_paid_out_not_null NOT NULL,
    promo_out bigint DEFAULT 0 CONSTRAINT wallet_ordered_promo_out_not_null NOT NULL,
    given_day bigint DEFAULT 0 CONSTRAINT wallet_ordered_given_day_not_null NOT NULL,
    given_week bigint DEFAULT 0 CONSTRAINT wallet_ordered_given_week_not_null NOT NULL,
    given_month bigint DEFAULT 0 CONSTRAINT wallet_ordered_given_month_not_null NOT NULL,
    given_on date DEFAULT '2000-01-01'::date CONSTRAINT wallet_ordered_given_on_not_null NOT NULL,
    CONSTRAINT counts_are_not_negative CHECK ((LEAST(paid_out, promo_out, debt, given_day, given_week, given_month, own_day_max, own_week_max, own_month_max, own_gift_max) >= 0)),
    CONSTRAINT paid_covers CHECK ((paid_out <= paid_in)),
    CONSTRAINT promo_covers CHECK ((promo_out <= promo_in))
)
WITH (fillfactor='50');

CREATE TABLE media.caption (
    stage integer NOT NULL,
    lang text NOT NULL,
    label text NOT NULL,
    name text NOT NULL
);

CREATE TABLE media.film (
    stage integer NOT NULL,
    id uuid NOT NULL,
    creator integer NOT NULL,
    state text NOT NULL,
    recording uuid,
    upload uuid,
    failure text,
    failure_detail text,
    progress smallint DEFAULT 0 NOT NULL,
    duration_ms bigint DEFAULT 0 NOT NULL,
    width integer DEFAULT 0 NOT NULL,
    height integer DEFAULT 0 NOT NULL,
    file_bytes bigint DEFAULT 0 NOT NULL,
    attempt smallint DEFAULT 0 NOT NULL,
    holder text,
    beat_at timestamp with time zone,
    at timestamp with time zone DEFAULT now() NOT NULL,
    swept boolean DEFAULT false NOT NULL,
    CONSTRAINT failed_with_words CHECK (((state = 'failed'::text) = (failure IS NOT NULL))),
    CONSTRAINT film_progress_check CHECK (((progress >= 0) AND (progress <= 100))),
    CONSTRAINT film_state_check CHECK ((state = ANY (ARRAY['uploading'::text, 'processing'::text, 'ready'::text, 'failed'::text, 'removed'::text]))),
    CONSTRAINT held_beats CHECK (((holder IS NULL) = (beat_at IS NULL)))
)
WITH (fillfactor='70');

CREATE TABLE media.stream (
    stage integer NOT NULL,
    id uuid NOT NULL,
    creator integer NOT NULL,
    open boolean DEFAULT true NOT NULL,
    key_number integer DEFAULT 1 NOT NULL,
    run integer DEFAULT 0 NOT NULL,
    holder text,
    beat_at timestamp with time zone,
    lost_at timestamp with time zone,
    replay_s integer,
    live uuid NOT NULL,
    guest integer,
    guest_id uuid,
    still_at timestamp with time zone,
    unrecorded_at timestamp with time zone,
    drop_because text,
    dropped_at timestamp with time zone,
    private boolean DEFAULT false NOT NULL,
    said text,
    CONSTRAINT creators_is_the_lives CHECK (((guest IS NULL) = (id = live))),
    CONSTRAINT drop_because_known CHECK ((drop_because = ANY (ARRAY['expired'::text, 'erased'::text]))),
    CONSTRAINT dropped_for_a_reason CHECK (((dropped_at IS NULL) OR (drop_because IS NOT NULL))),
    CONSTRAINT guest_is_named CHECK (((guest IS NULL) = (guest_id IS NULL))),
    CONSTRAINT held_beats CHECK (((holder IS NULL) = (beat_at IS NULL))),
    CONSTRAINT held_is_not_lost CHECK (((holder IS NULL) OR (lost_at IS NULL))),
    CONSTRAINT stream_said_check CHECK ((char_length(said) <= 300))
)
WITH (fillfactor='70');

CREATE TABLE media.upload (
    id uuid NOT NULL,
    film integer NOT NULL,
    creator integer NOT NULL,
    length bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    completed boolean DEFAULT false NOT NULL,
    swept boolean DEFAULT false NOT NULL,
    CONSTRAINT completed_ends CHECK (((NOT completed) OR (ended_at IS NOT NULL))),
    CONSTRAINT upload_length_check CHECK ((length > 0))
);

CREATE TABLE payments.campaign (
    id uuid NOT NULL,
    name text NOT NULL,
    trigger text NOT NULL,
    code text,
    coins integer NOT NULL,
    budget_coins bigint NOT NULL,
    grants_per_person_max smallint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    approved_at timestamp with time zone DEFAULT now() NOT NULL,
    granted_coins bigint DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT begins_after_approval CHECK ((starts_at >= approved_at)),
    CONSTRAINT begins_before_it_ends CHECK ((starts_at < ends_at)),
    CONSTRAINT budget_holds CHECK ((granted_coins <= budget_coins)),
    CONSTRAINT campaign_check CHECK ((budget_coins >= coins)),
    CONSTRAINT campaign_code_check CHECK ((code ~ '^[A-Z0-9-]{6,40}$'::text)),
    CONSTRAINT campaign_coins_check CHECK ((coins > 0)),
    CONSTRAINT campaign_granted_coins_check CHECK ((granted_coins >= 0)),
    CONSTRAINT campaign_grants_per_person_max_check CHECK (((grants_per_person_max >= 1) AND (grants_per_person_max <= 100))),
    CONSTRAINT campaign_trigger_check CHECK ((trigger = ANY (ARRAY['email_verified'::text, 'first_purchase'::text, 'code'::text]))),
    CONSTRAINT codes_have_a_code CHECK (((trigger = 'code'::text) = (code IS NOT NULL))),
    CONSTRAINT happens_once CHECK (((trigger = 'code'::text) OR (grants_per_person_max = 1)))
);

CREATE TABLE payments.campaign_grant (
    id uuid NOT NULL,
    campaign uuid NOT NULL,
    account integer NOT NULL,
    n smallint NOT NULL,
    coins integer NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT campaign_grant_coins_check CHECK ((coins > 0)),
    CONSTRAINT campaign_grant_n_check CHECK ((n > 0))
);

CREATE TABLE payments.caught_up (
    provider text NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE payments.consent (
    account integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE payments.dispute (
    id uuid NOT NULL,
    purchase uuid NOT NULL,
    provider text NOT NULL,
    ref text NOT NULL,
    minor bigint NOT NULL,
    currency text NOT NULL,
    fee_minor bigint DEFAULT 0 NOT NULL,
    status text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    evidence_due_at timestamp with time zone,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT dispute_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT dispute_fee_minor_check CHECK ((fee_minor >= 0)),
    CONSTRAINT dispute_minor_check CHECK ((minor > 0)),
    CONSTRAINT dispute_status_check CHECK ((status = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text])))
);

CREATE TABLE payments.notice (
    key bigint NOT NULL,
    provider text NOT NULL,
    event text NOT NULL,
    kind text NOT NULL,
    refs text[] NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    asks text DEFAULT ''::text NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone,
    outcome text DEFAULT ''::text NOT NULL,
    CONSTRAINT notice_body_check CHECK ((octet_length(body) <= 1048576))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY payments.notice ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE payments.notice ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.notice_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payments.purchase (
    id uuid NOT NULL,
    account integer NOT NULL,
    bundle integer,
    coins integer NOT NULL,
    price_minor bigint NOT NULL,
    tax_minor bigint DEFAULT 0 NOT NULL,
    currency text NOT NULL,
    region text NOT NULL,
    channel text NOT NULL,
    provider text NOT NULL,
    provider_ref text,
    status text DEFAULT 'created'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    granted_at timestamp with time zone,
    limit_minor bigint DEFAULT 0 NOT NULL,
    quantity smallint DEFAULT 1 NOT NULL,
    return_url text DEFAULT ''::text NOT NULL,
    live boolean DEFAULT true NOT NULL,
    paid_minor bigint,
    paid_currency text,
    fee_minor bigint DEFAULT 0 NOT NULL,
    refunded_minor bigint DEFAULT 0 NOT NULL,
    granted_class text,
    flags text[] DEFAULT '{}'::text[] NOT NULL,
    looked_at timestamp with time zone,
    unfinished boolean DEFAULT false NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    withdraw_days smallint DEFAULT 0 NOT NULL,
    tax_added boolean DEFAULT false NOT NULL,
    finish_at timestamp with time zone DEFAULT now() NOT NULL,
    finish_tries smallint DEFAULT 0 NOT NULL,
    order_ref text,
    CONSTRAINT purchase_coins_check CHECK ((coins > 0)),
    CONSTRAINT purchase_country_check CHECK ((country ~ '^([A-Z]{2})?$'::text)),
    CONSTRAINT purchase_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT purchase_fee_minor_check CHECK ((fee_minor >= 0)),
    CONSTRAINT purchase_granted_class_check CHECK ((granted_class = ANY (ARRAY['paid'::text, 'promo'::text]))),
    CONSTRAINT purchase_limit_minor_check CHECK ((limit_minor >= 0)),
    CONSTRAINT purchase_order_ref_check CHECK (((length(order_ref) >= 1) AND (length(order_ref) <= 100))),
    CONSTRAINT purchase_paid_currency_check CHECK ((paid_currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT purchase_paid_minor_check CHECK ((paid_minor >= 0)),
    CONSTRAINT purchase_price_minor_check CHECK ((price_minor > 0)),
    CONSTRAINT purchase_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000))),
    CONSTRAINT purchase_refunded_minor_check CHECK ((refunded_minor >= 0)),
    CONSTRAINT purchase_tax_minor_check CHECK ((tax_minor >= 0)),
    CONSTRAINT purchase_withdraw_days_check CHECK (((withdraw_days >= 0) AND (withdraw_days <= 365)))
);

CREATE TABLE payments.purchase_event (
    key bigint NOT NULL,
    purchase uuid NOT NULL,
    status text NOT NULL,
    actor text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE payments.purchase_event ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.purchase_event_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payments.purchase_move (
    from_status text NOT NULL,
    to_status text NOT NULL
);

CREATE TABLE payments.reconciliation (
    id uuid NOT NULL,
    provider text NOT NULL,
    from_on date NOT NULL,
    to_on date NOT NULL,
    digest bytea NOT NULL,
    read_by integer NOT NULL,
    read_at timestamp with time zone NOT NULL,
    lines integer NOT NULL,
    matched integer NOT NULL,
    other integer NOT NULL,
    CONSTRAINT reconciliation_check CHECK ((to_on >= from_on)),
    CONSTRAINT reconciliation_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT reconciliation_lines_check CHECK ((lines >= 0)),
    CONSTRAINT reconciliation_matched_check CHECK ((matched >= 0)),
    CONSTRAINT reconciliation_other_check CHECK ((other >= 0))
);

CREATE TABLE payments.reconciliation_line (
    reconciliation uuid NOT NULL,
    n integer NOT NULL,
    status text NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL,
    place integer,
    purchase uuid,
    theirs_minor bigint,
    theirs_currency text,
    ours_minor bigint,
    ours_currency text,
    resolved_by integer,
    resolved_at timestamp with time zone,
    note text DEFAULT ''::text NOT NULL,
    theirs_units bigint,
    ours_units bigint,
    CONSTRAINT reconciliation_line_n_check CHECK ((n > 0)),
    CONSTRAINT reconciliation_line_ours_units_check CHECK ((ours_units >= 0)),
    CONSTRAINT reconciliation_line_status_check CHECK ((status = ANY (ARRAY['missing'::text, 'unknown'::text, 'differs'::text, 'duplicate'::text]))),
    CONSTRAINT reconciliation_line_theirs_units_check CHECK ((theirs_units >= 0)),
    CONSTRAINT resolved_whole CHECK ((num_nulls(resolved_by, resolved_at) = ANY (ARRAY[0, 2])))
);

CREATE TABLE payments.reconciliation_sum (
    reconciliation uuid NOT NULL,
    currency text NOT NULL,
    theirs_minor bigint NOT NULL,
    ours_minor bigint NOT NULL,
    opening_minor bigint,
    closing_minor bigint,
    CONSTRAINT reconciliation_sum_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);

CREATE TABLE payments.refund (
    id uuid NOT NULL,
    purchase uuid NOT NULL,
    provider text NOT NULL,
    ref text,
    minor bigint NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    wanted_by integer,
    taken boolean DEFAULT false NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT refund_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT refund_minor_check CHECK ((minor > 0)),
    CONSTRAINT refund_status_check CHECK ((status = ANY (ARRAY['wanted'::text, 'pending'::text, 'done'::text, 'failed'::text, 'undone'::text])))
);

CREATE TABLE payments.sandbox_charge (
    ref text NOT NULL,
    purchase uuid NOT NULL,
    minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    currency text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE payments.sandbox_dispute (
    ref text NOT NULL,
    charge text NOT NULL,
    minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    status text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sandbox_dispute_minor_check CHECK ((minor > 0)),
    CONSTRAINT sandbox_dispute_status_check CHECK ((status = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text])))
);

CREATE TABLE payments.sandbox_refund (
    ref text NOT NULL,
    charge text NOT NULL,
    minor bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sandbox_refund_minor_check CHECK ((minor > 0))
);

CREATE TABLE payouts.approval (
    payout uuid NOT NULL,
    approved_by integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE payouts.bank_file (
    id uuid NOT NULL,
    rail text NOT NULL,
    wanted_by integer NOT NULL,
    wanted_at timestamp with time zone NOT NULL,
    execution_on date NOT NULL,
    batch integer,
    made_at timestamp with time zone,
    number smallint,
    originator jsonb,
    payouts integer,
    minor bigint,
    digest bytea,
    handed_at timestamp with time zone,
    handed_by integer,
    said text,
    said_at timestamp with time zone,
    said_by integer,
    reference text DEFAULT ''::text NOT NULL,
    CONSTRAINT bank_file_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT bank_file_minor_check CHECK ((minor >= 0)),
    CONSTRAINT bank_file_number_check CHECK ((number >= 0)),
    CONSTRAINT bank_file_payouts_check CHECK ((payouts >= 0)),
    CONSTRAINT bank_file_rail_check CHECK ((rail = ANY (ARRAY['sepa'::text, 'ach'::text]))),
    CONSTRAINT bank_file_said_check CHECK ((said = ANY (ARRAY['settled'::text, 'refused'::text]))),
    CONSTRAINT handed_whole CHECK ((num_nulls(digest, handed_at, handed_by) = ANY (ARRAY[0, 3]))),
    CONSTRAINT made_whole CHECK ((num_nulls(made_at, number, originator, payouts, minor) = ANY (ARRAY[0, 5]))),
    CONSTRAINT said_whole CHECK ((num_nulls(said, said_at, said_by) = ANY (ARRAY[0, 3])))
);

CREATE TABLE payouts.bank_report (
    id uuid NOT NULL,
    rail text NOT NULL,
    kind text NOT NULL,
    bank_ref text NOT NULL,
    digest bytea NOT NULL,
    read_by integer NOT NULL,
    read_at timestamp with time zone NOT NULL,
    result jsonb NOT NULL,
    CONSTRAINT bank_report_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT bank_report_rail_check CHECK ((rail = ANY (ARRAY['sepa'::text, 'ach'::text])))
);

CREATE TABLE payouts.batch (
    key integer NOT NULL,
    kind text NOT NULL,
    began_at timestamp with time zone DEFAULT now() NOT NULL,
    findings_before integer,
    payouts integer DEFAULT 0 NOT NULL,
    findings_after integer,
    finding text DEFAULT ''::text NOT NULL,
    ended_at timestamp with time zone,
    beat_at timestamp with time zone,
    CONSTRAINT audited_first CHECK (((payouts = 0) OR (findings_before = 0))),
    CONSTRAINT batch_check CHECK ((beat_at >= began_at)),
    CONSTRAINT batch_findings_after_check CHECK ((findings_after >= 0)),
    CONSTRAINT batch_findings_before_check CHECK ((findings_before >= 0)),
    CONSTRAINT batch_payouts_check CHECK ((payouts >= 0))
);

ALTER TABLE payouts.batch ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payouts.batch_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payouts.method (
    id uuid NOT NULL,
    creator integer NOT NULL,
    rail text NOT NULL,
    country text NOT NULL,
    currency text NOT NULL,
    shown text NOT NULL,
    sealed bytea NOT NULL,
    fingerprint bytea NOT NULL,
    codes bytea,
    tries smallint DEFAULT 0 NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    cool_until timestamp with time zone NOT NULL,
    verified_at timestamp with time zone,
    verified_by text,
    removed_at timestamp with time zone,
    CONSTRAINT method_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT method_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT method_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT method_rail_check CHECK ((rail = ANY (ARRAY['paypal'::text, 'sepa'::text, 'ach'::text, 'manual'::text, 'sandbox'::text]))),
    CONSTRAINT verified_by_somebody CHECK (((verified_at IS NULL) = (verified_by IS NULL)))
);

CREATE TABLE payouts.method_note (
    key integer NOT NULL,
    method uuid NOT NULL,
    report uuid NOT NULL,
    code text NOT NULL,
    sealed bytea,
    at timestamp with time zone NOT NULL
);

ALTER TABLE payouts.method_note ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payouts.method_note_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payouts.paper (
    id uuid NOT NULL,
    creator integer NOT NULL,
    subject text NOT NULL,
    kind text NOT NULL,
    country text NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    sealed bytea,
    valid_until date,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    submitted_at timestamp with time zone,
    decided_at timestamp with time zone,
    decided_by integer,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT decided_by_somebody CHECK (((decided_at IS NULL) = (decided_by IS NULL))),
    CONSTRAINT decided_where_it_counts CHECK (((status <> ALL (ARRAY['approved'::text, 'rejected'::text, 'replaced'::text])) OR (decided_at IS NOT NULL))),
    CONSTRAINT kind_of_subject CHECK (
CASE subject
    WHEN 'identity'::text THEN (kind = ANY (ARRAY['passport'::text, 'identity_card'::text, 'residence_permit'::text, 'driving_licence'::text]))
    ELSE (kind = ANY (ARRAY['w9'::text, 'w8ben'::text, 'self_declaration'::text]))
END),
    CONSTRAINT not_ones_own CHECK ((decided_by <> creator)),
    CONSTRAINT paper_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT paper_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'waiting'::text, 'approved'::text, 'rejected'::text, 'replaced'::text, 'withdrawn'::text]))),
    CONSTRAINT paper_subject_check CHECK ((subject = ANY (ARRAY['identity'::text, 'tax_form'::text])))
);

CREATE TABLE payouts.paper_file (
    paper uuid NOT NULL,
    side text NOT NULL,
    media text NOT NULL,
    size_bytes integer NOT NULL,
    sealed bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT paper_file_media_check CHECK ((media = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/webp'::text, 'application/pdf'::text]))),
    CONSTRAINT paper_file_side_check CHECK ((side = ANY (ARRAY['front'::text, 'back'::text, 'extra'::text]))),
    CONSTRAINT paper_file_size_bytes_check CHECK ((size_bytes > 0))
);
ALTER TABLE ONLY payouts.paper_file ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE payouts.paper_look (
    key bigint NOT NULL,
    paper uuid NOT NULL,
    side text DEFAULT ''::text NOT NULL,
    looked_by integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE payouts.paper_look ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payouts.paper_look_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payouts.payout (
    id uuid NOT NULL,
    quote uuid NOT NULL,
    creator integer NOT NULL,
    rail text NOT NULL,
    gross_minor bigint NOT NULL,
    status text DEFAULT 'requested'::text NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    attempt smallint DEFAULT 0 NOT NULL,
    rail_ref text,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    submitted_at timestamp with time zone,
    due_at timestamp with time zone,
    looks smallint DEFAULT 0 NOT NULL,
    CONSTRAINT payout_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT payout_gross_minor_check CHECK ((gross_minor > 0)),
    CONSTRAINT payout_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'review'::text, 'approved'::text, 'submitting'::text, 'unknown'::text, 'submitted'::text, 'in_transit'::text, 'paid'::text, 'returned'::text, 'rejected'::text, 'canceled'::text, 'failed'::text])))
);

CREATE TABLE payouts.payout_event (
    key bigint NOT NULL,
    payout uuid NOT NULL,
    status text NOT NULL,
    actor text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE payouts.payout_event ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payouts.payout_event_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payouts.payout_move (
    from_status text NOT NULL,
    to_status text NOT NULL
);

CREATE TABLE payouts.person_key (
    account integer NOT NULL,
    sealed bytea NOT NULL
);

CREATE TABLE payouts.quote (
    id uuid NOT NULL,
    creator integer NOT NULL,
    method uuid NOT NULL,
    policy smallint NOT NULL,
    days date[] NOT NULL,
    policies smallint[] NOT NULL,
    millis bigint[] NOT NULL,
    gross_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    net_currency text NOT NULL,
    rate numeric NOT NULL,
    rate_source text NOT NULL,
    rate_on date NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT parts_match CHECK (((cardinality(days) = cardinality(policies)) AND (cardinality(days) = cardinality(millis)) AND (cardinality(days) > 0))),
    CONSTRAINT quote_check CHECK (((fee_minor >= 0) AND (fee_minor <= gross_minor))),
    CONSTRAINT quote_gross_minor_check CHECK ((gross_minor > 0)),
    CONSTRAINT quote_net_currency_check CHECK ((net_currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT quote_net_minor_check CHECK ((net_minor > 0)),
    CONSTRAINT quote_rate_check CHECK ((rate > (0)::numeric))
);

CREATE TABLE payouts.rate (
    key integer NOT NULL,
    currency text NOT NULL,
    per_dollar numeric NOT NULL,
    as_of date NOT NULL,
    made_by integer NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rate_currency_check CHECK (((currency ~ '^[A-Z]{3}$'::text) AND (currency <> 'USD'::text))),
    CONSTRAINT rate_per_dollar_check CHECK ((per_dollar > (0)::numeric))
);

ALTER TABLE payouts.rate ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payouts.rate_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payouts.ruling (
    payout uuid NOT NULL,
    ruled_by integer NOT NULL,
    outcome text NOT NULL,
    reference text DEFAULT ''::text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ruling_outcome_check CHECK ((outcome = ANY (ARRAY['paid'::text, 'failed'::text])))
);

CREATE TABLE payouts.screening_match (
    key integer NOT NULL,
    creator integer NOT NULL,
    entry text NOT NULL,
    name text NOT NULL,
    born text NOT NULL,
    print bytea NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    found_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    decided_by integer,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT screening_decided CHECK ((((status = 'open'::text) = (decided_at IS NULL)) AND ((decided_at IS NULL) = (decided_by IS NULL)))),
    CONSTRAINT screening_match_print_check CHECK ((octet_length(print) = 32)),
    CONSTRAINT screening_match_status_check CHECK ((status = ANY (ARRAY['open'::text, 'cleared'::text, 'confirmed'::text]))),
    CONSTRAINT screening_not_ones_own CHECK ((decided_by <> creator))
);

ALTER TABLE payouts.screening_match ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payouts.screening_match_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payouts.transfer (
    key text NOT NULL,
    rail text NOT NULL,
    minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    ref text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    back_minor bigint,
    at timestamp with time zone DEFAULT now() NOT NULL,
    file uuid,
    place integer,
    bank_id text,
    CONSTRAINT of_a_file CHECK (
CASE
    WHEN (rail = ANY (ARRAY['sepa'::text, 'ach'::text])) THEN (num_nulls(file, place, bank_id) = 0)
    ELSE (num_nulls(file, place, bank_id) = 3)
END),
    CONSTRAINT transfer_back_minor_check CHECK ((back_minor >= 0)),
    CONSTRAINT transfer_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT transfer_minor_check CHECK ((minor > 0)),
    CONSTRAINT transfer_place_check CHECK ((place >= 0)),
    CONSTRAINT transfer_rail_check CHECK ((rail = ANY (ARRAY['sandbox'::text, 'manual'::text, 'sepa'::text, 'ach'::text]))),
    CONSTRAINT transfer_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'in_transit'::text, 'paid'::text, 'failed'::text, 'returned'::text])))
);

CREATE TABLE policy.version (
    key smallint NOT NULL,
    id uuid NOT NULL,
    share_bps integer NOT NULL,
    promo_share_bps integer NOT NULL,
    diamond_value_micros integer NOT NULL,
    hold_days smallint NOT NULL,
    payout_minor_min bigint NOT NULL,
    payout_week_minor_max bigint NOT NULL,
    payout_fee_bps integer NOT NULL,
    payout_fee_minor bigint NOT NULL,
    give_day_coins_max bigint NOT NULL,
    buy_day_minor_max bigint NOT NULL,
    announced_at timestamp with time zone NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    proposed_by integer,
    approved_by integer,
    reason text NOT NULL,
    receivable boolean DEFAULT false NOT NULL,
    CONSTRAINT announced_first CHECK ((announced_at <= effective_at)),
    CONSTRAINT policy_four_eyes CHECK (((proposed_by IS NULL) OR (proposed_by <> approved_by))),
    CONSTRAINT version_buy_day_minor_max_check CHECK ((buy_day_minor_max > 0)),
    CONSTRAINT version_check CHECK ((payout_week_minor_max >= payout_minor_min)),
    CONSTRAINT version_diamond_value_micros_check CHECK (((diamond_value_micros >= 0) AND (diamond_value_micros <= 1000000))),
    CONSTRAINT version_give_day_coins_max_check CHECK ((give_day_coins_max > 0)),
    CONSTRAINT version_hold_days_check CHECK (((hold_days >= 0) AND (hold_days <= 365))),
    CONSTRAINT version_payout_fee_bps_check CHECK (((payout_fee_bps >= 0) AND (payout_fee_bps <= 10000))),
    CONSTRAINT version_payout_fee_minor_check CHECK ((payout_fee_minor >= 0)),
    CONSTRAINT version_payout_minor_min_check CHECK ((payout_minor_min >= 0)),
    CONSTRAINT version_promo_share_bps_check CHECK ((((promo_share_bps >= 0) AND (promo_share_bps <= 10000)) AND ((promo_share_bps % 10) = 0))),
    CONSTRAINT version_share_bps_check CHECK ((((share_bps >= 0) AND (share_bps <= 10000)) AND ((share_bps % 10) = 0)))
);

ALTER TABLE policy.version ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME policy.version_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.largesse_migration (
    name text NOT NULL,
    ran_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE realtime.frame (
    stage integer NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    batches bigint[] NOT NULL,
    outbox_epoch integer NOT NULL,
    outbox_xid xid8 NOT NULL,
    outbox_id bigint NOT NULL
);

CREATE TABLE realtime.gifter (
    stage integer NOT NULL,
    sender integer NOT NULL,
    coins bigint NOT NULL,
    gifts bigint NOT NULL,
    anonymous_coins bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE realtime.lease (
    stage integer NOT NULL,
    owner text NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    heartbeat_at timestamp with time zone DEFAULT now() NOT NULL,
    cursor bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    outbox_epoch integer DEFAULT 0 NOT NULL,
    outbox_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    outbox_id bigint DEFAULT 0 NOT NULL,
    gifts bigint DEFAULT 0 NOT NULL,
    gifters integer DEFAULT 0 NOT NULL,
    coins bigint DEFAULT 0 NOT NULL,
    diamonds_milli bigint DEFAULT 0 NOT NULL,
    likes bigint DEFAULT 0 NOT NULL,
    viewers integer DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    guests jsonb DEFAULT '{}'::jsonb NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE safety.block (
    id uuid NOT NULL,
    account integer NOT NULL,
    blocked integer NOT NULL,
    receipt text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT not_oneself CHECK ((account <> blocked))
);

CREATE TABLE safety.own_limit (
    account integer NOT NULL,
    name text NOT NULL,
    amount bigint,
    currency text,
    next_amount bigint,
    next_currency text,
    next_at timestamp with time zone,
    CONSTRAINT money_has_a_currency CHECK ((((name ~~ 'buy%'::text) AND (amount IS NOT NULL)) = (currency IS NOT NULL))),
    CONSTRAINT next_money_has_a_currency CHECK ((((name ~~ 'buy%'::text) AND (next_amount IS NOT NULL)) = (next_currency IS NOT NULL))),
    CONSTRAINT nothing_comes_at_no_time CHECK (((next_at IS NOT NULL) OR (next_amount IS NULL))),
    CONSTRAINT own_limit_amount_check CHECK ((amount >= 0)),
    CONSTRAINT own_limit_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT own_limit_name_check CHECK ((name = ANY (ARRAY['give_day'::text, 'give_week'::text, 'give_month'::text, 'give_gift'::text, 'buy_day'::text, 'buy_week'::text, 'buy_month'::text]))),
    CONSTRAINT own_limit_next_amount_check CHECK ((next_amount >= 0)),
    CONSTRAINT own_limit_next_currency_check CHECK ((next_currency ~ '^[A-Z]{3}$'::text))
);

CREATE TABLE safety.own_limit_change (
    key bigint NOT NULL,
    account integer NOT NULL,
    name text NOT NULL,
    amount bigint,
    currency text,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    effective_at timestamp with time zone NOT NULL
);

ALTER TABLE safety.own_limit_change ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME safety.own_limit_change_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE safety.rest (
    key bigint NOT NULL,
    account integer NOT NULL,
    kind text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT ends_after_it_begins CHECK ((until > since)),
    CONSTRAINT rest_kind_check CHECK ((kind = ANY (ARRAY['cool_off'::text, 'exclusion'::text])))
);

ALTER TABLE safety.rest ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME safety.rest_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE safety.signal (
    key bigint NOT NULL,
    kind text NOT NULL,
    subject integer NOT NULL,
    related integer[] NOT NULL,
    related_count integer NOT NULL,
    weight smallint NOT NULL,
    source text NOT NULL,
    noted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT related_are_counted CHECK ((related_count >= cardinality(related))),
    CONSTRAINT related_to_others CHECK ((subject <> ALL (related))),
    CONSTRAINT signal_kind_check CHECK ((kind = ANY (ARRAY['shared-payout-method'::text, 'payment-disputed'::text]))),
    CONSTRAINT signal_source_check CHECK (((char_length(source) >= 1) AND (char_length(source) <= 100))),
    CONSTRAINT signal_weight_check CHECK (((weight >= 1) AND (weight <= 100)))
);

ALTER TABLE safety.signal ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME safety.signal_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stage.ban (
    stage integer NOT NULL,
    account integer NOT NULL,
    kind text NOT NULL,
    until timestamp with time zone,
    actor integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ban_kind_check CHECK ((kind = ANY (ARRAY['ban'::text, 'mute'::text])))
);

CREATE TABLE stage.broadcast (
    key integer NOT NULL,
    stage integer NOT NULL,
    kind text NOT NULL,
    scheduled_at timestamp with time zone,
    at timestamp with time zone DEFAULT now() NOT NULL,
    told_until integer DEFAULT 0 NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT broadcast_kind_check CHECK ((kind = ANY (ARRAY['announced'::text, 'moved'::text, 'cancelled'::text, 'soon'::text, 'started'::text])))
)
WITH (fillfactor='70');

ALTER TABLE stage.broadcast ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stage.broadcast_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stage.comment (
    id uuid NOT NULL,
    stage integer NOT NULL,
    sender integer NOT NULL,
    text text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    hidden_by integer,
    CONSTRAINT comment_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 300)))
);

CREATE TABLE stage.goal (
    key integer NOT NULL,
    stage integer NOT NULL,
    title text NOT NULL,
    kind smallint,
    target bigint NOT NULL,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    dropped_at timestamp with time zone,
    reached_at timestamp with time zone,
    figure bigint DEFAULT 0 NOT NULL,
    CONSTRAINT goal_target_check CHECK (((target >= 1) AND (target <= 1000000000))),
    CONSTRAINT goal_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 60)))
)
WITH (fillfactor='70');

ALTER TABLE stage.goal ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stage.goal_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stage.guest (
    stage integer NOT NULL,
    account integer NOT NULL,
    status text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    joined_at timestamp with time zone,
    CONSTRAINT guest_status_check CHECK ((status = ANY (ARRAY['asked'::text, 'invited'::text, 'on'::text, 'off'::text]))),
    CONSTRAINT on_has_joined CHECK (((status <> 'on'::text) OR (joined_at IS NOT NULL)))
);

CREATE TABLE stage.letter (
    account integer NOT NULL,
    broadcast integer NOT NULL,
    why text NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    CONSTRAINT letter_why_check CHECK ((why = ANY (ARRAY['announced'::text, 'soon'::text, 'started'::text, 'reminders'::text])))
)
WITH (fillfactor='70');

CREATE TABLE stage.mail_wish (
    account integer NOT NULL,
    announced boolean DEFAULT false NOT NULL,
    soon boolean DEFAULT false NOT NULL,
    started boolean DEFAULT false NOT NULL,
    reminders boolean DEFAULT true NOT NULL
);

CREATE TABLE stage.match (
    key integer NOT NULL,
    id uuid NOT NULL,
    status text DEFAULT 'invited'::text NOT NULL,
    seconds smallint NOT NULL,
    invited_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ends_at timestamp with time zone,
    settled_at timestamp with time zone,
    given_up_by integer,
    winner integer,
    CONSTRAINT match_seconds_check CHECK (((seconds >= 60) AND (seconds <= 600))),
    CONSTRAINT match_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'running'::text, 'ended'::text, 'declined'::text, 'expired'::text, 'withdrawn'::text]))),
    CONSTRAINT played_from_and_to CHECK ((((status = ANY (ARRAY['running'::text, 'ended'::text])) = (started_at IS NOT NULL)) AND ((started_at IS NULL) = (ends_at IS NULL)))),
    CONSTRAINT settled_once CHECK (((status = 'ended'::text) = (settled_at IS NOT NULL))),
    CONSTRAINT won_when_settled CHECK (((winner IS NULL) OR (settled_at IS NOT NULL)))
)
WITH (fillfactor='70');

ALTER TABLE stage.match ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stage.match_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stage.match_side (
    match integer NOT NULL,
    stage integer NOT NULL,
    inviting boolean NOT NULL,
    running boolean DEFAULT false NOT NULL,
    score bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE stage.minute (
    stage integer NOT NULL,
    minute integer NOT NULL,
    viewers integer,
    likes bigint DEFAULT 0 NOT NULL,
    CONSTRAINT minute_minute_check CHECK ((minute >= 0)),
    CONSTRAINT minute_viewers_check CHECK ((viewers >= 0))
)
WITH (fillfactor='70');

CREATE TABLE stage.moderator (
    creator integer NOT NULL,
    account integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT not_oneself CHECK ((creator <> account))
);

CREATE TABLE stage.multiplier (
    match integer NOT NULL,
    factor smallint NOT NULL,
    announced_at timestamp with time zone DEFAULT now() NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    CONSTRAINT multiplier_factor_check CHECK ((factor = ANY (ARRAY[2, 3]))),
    CONSTRAINT starts_before_it_ends CHECK ((starts_at < ends_at))
);

CREATE TABLE stage.note (
    sender integer NOT NULL,
    gift uuid NOT NULL,
    stage integer NOT NULL,
    combo text,
    message text,
    CONSTRAINT note_combo_check CHECK ((char_length(combo) <= 64)),
    CONSTRAINT note_message_check CHECK ((char_length(message) <= 200))
);

CREATE TABLE stage.notification (
    account integer NOT NULL,
    stage integer NOT NULL,
    broadcast integer NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone
)
WITH (fillfactor='70');

CREATE TABLE stage.pin (
    stage integer NOT NULL,
    comment uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE stage.question (
    id uuid NOT NULL,
    stage integer NOT NULL,
    sender integer NOT NULL,
    text text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT decided_once CHECK (((status = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT question_status_check CHECK ((status = ANY (ARRAY['open'::text, 'answered'::text, 'dismissed'::text]))),
    CONSTRAINT question_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 300)))
);

CREATE TABLE stage.reminder (
    stage integer NOT NULL,
    account integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE stage.report (
    id uuid NOT NULL,
    kind text NOT NULL,
    about uuid NOT NULL,
    account integer NOT NULL,
    stage integer,
    status text DEFAULT 'open'::text NOT NULL,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    decided_by integer,
    decision text,
    note text,
    CONSTRAINT decided_whole CHECK ((((status = 'open'::text) = (decided_at IS NULL)) AND ((status = 'open'::text) = (decision IS NULL)))),
    CONSTRAINT report_kind_check CHECK ((kind = ANY (ARRAY['live'::text, 'video'::text, 'comment'::text, 'acct'::text]))),
    CONSTRAINT report_note_check CHECK ((char_length(note) <= 500)),
    CONSTRAINT report_status_check CHECK ((status = ANY (ARRAY['open'::text, 'acted'::text, 'dismissed'::text])))
);

CREATE TABLE stage.report_by (
    report uuid NOT NULL,
    reporter integer NOT NULL,
    reason text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT report_by_text_check CHECK ((char_length(text) <= 500))
);

CREATE TABLE stage.rule (
    creator integer NOT NULL,
    slow_s smallint DEFAULT 0 NOT NULL,
    emoji_only boolean DEFAULT false NOT NULL,
    followers_only boolean DEFAULT false NOT NULL,
    words text[] DEFAULT '{}'::text[] NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rule_slow_s_check CHECK (((slow_s >= 0) AND (slow_s <= 600))),
    CONSTRAINT rule_words_check CHECK ((cardinality(words) <= 200))
);

CREATE TABLE stage.stage (
    key integer NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    creator integer NOT NULL,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    cover text,
    status text NOT NULL,
    gifts_enabled boolean DEFAULT true NOT NULL,
    scheduled_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    likes bigint DEFAULT 0 NOT NULL,
    viewers_peak integer DEFAULT 0 NOT NULL,
    viewer_seconds bigint DEFAULT 0 NOT NULL,
    simulated boolean DEFAULT false NOT NULL,
    visibility text DEFAULT 'public'::text NOT NULL,
    CONSTRAINT ended_once CHECK (((status = 'ended'::text) = (ended_at IS NOT NULL))),
    CONSTRAINT stage_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT stage_kind_check CHECK ((kind = ANY (ARRAY['live'::text, 'video'::text]))),
    CONSTRAINT stage_status_check CHECK ((status = ANY (ARRAY['scheduled'::text, 'live'::text, 'ended'::text]))),
    CONSTRAINT stage_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 120))),
    CONSTRAINT started_once CHECK (((status = 'scheduled'::text) = (started_at IS NULL))),
    CONSTRAINT visibility_known CHECK ((visibility = ANY (ARRAY['public'::text, 'followers'::text, 'unlisted'::text])))
);

CREATE VIEW stage.shown_match AS
 SELECT m.key,
    m.id,
    m.status,
    m.seconds,
    m.invited_at,
    m.expires_at,
    m.started_at,
    m.ends_at,
    m.settled_at,
    m.given_up_by,
    m.winner,
    s.stages,
    s.lives,
    s.creators,
    s.scores,
    x.factors,
    x.factor_starts,
    x.factor_ends
   FROM ((stage.match m
     CROSS JOIN LATERAL ( SELECT array_agg(s_1.stage ORDER BY s_1.inviting DESC) AS stages,
            array_agg(t.id ORDER BY s_1.inviting DESC) AS lives,
            array_agg(t.creator ORDER BY s_1.inviting DESC) AS creators,
            array_agg(s_1.score ORDER BY s_1.inviting DESC) AS scores
           FROM (stage.match_side s_1
             JOIN stage.stage t ON ((t.key = s_1.stage)))
          WHERE (s_1.match = m.key)) s)
     CROSS JOIN LATERAL ( SELECT COALESCE(array_agg((x_1.factor)::integer ORDER BY x_1.starts_at), '{}'::integer[]) AS factors,
            COALESCE(array_agg(x_1.starts_at ORDER BY x_1.starts_at), '{}'::timestamp with time zone[]) AS factor_starts,
            COALESCE(array_agg(x_1.ends_at ORDER BY x_1.starts_at), '{}'::timestamp with time zone[]) AS factor_ends
           FROM stage.multiplier x_1
          WHERE (x_1.match = m.key)) x);

CREATE TABLE stage.video (
    stage integer NOT NULL,
    from_live integer,
    comments_enabled boolean DEFAULT true NOT NULL,
    published boolean DEFAULT false NOT NULL,
    published_at timestamp with time zone,
    hidden_at timestamp with time zone,
    hidden_by integer,
    hidden_reason text,
    views bigint DEFAULT 0 NOT NULL,
    comments bigint DEFAULT 0 NOT NULL,
    shares bigint DEFAULT 0 NOT NULL,
    CONSTRAINT hidden_with_reason CHECK (((hidden_at IS NULL) = (hidden_reason IS NULL))),
    CONSTRAINT published_at_first CHECK (((NOT published) OR (published_at IS NOT NULL))),
    CONSTRAINT video_hidden_reason_check CHECK (((char_length(hidden_reason) >= 1) AND (char_length(hidden_reason) <= 500)))
)
WITH (fillfactor='70');

CREATE VIEW stage.shown_video AS
 SELECT s.key,
    s.id,
    s.creator,
    s.title,
    s.description,
    s.status,
    s.gifts_enabled,
    s.started_at,
    s.created_at,
    s.likes,
    s.simulated,
    v.comments_enabled,
    v.published,
    v.published_at,
    v.hidden_at,
    v.hidden_reason,
    v.views,
    v.comments,
    v.shares,
    l.id AS from_live
   FROM ((stage.video v
     JOIN stage.stage s ON ((s.key = v.stage)))
     LEFT JOIN stage.stage l ON ((l.key = v.from_live)));

ALTER TABLE stage.stage ALTER COLUMN key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stage.stage_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stage.thanks (
    stage integer NOT NULL,
    account integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE stage.video_like (
    stage integer NOT NULL,
    account integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE stage.viewing (
    stage integer NOT NULL,
    viewer bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY accounts.acceptance
    ADD CONSTRAINT acceptance_pkey PRIMARY KEY (account, document, version);

ALTER TABLE ONLY accounts.account
    ADD CONSTRAINT account_id_key UNIQUE (id);

ALTER TABLE ONLY accounts.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (key);

ALTER TABLE ONLY accounts.age_rule
    ADD CONSTRAINT age_rule_pkey PRIMARY KEY (country, effective_on);

ALTER TABLE ONLY accounts.badge_rule
    ADD CONSTRAINT badge_rule_pkey PRIMARY KEY (effective_on);

ALTER TABLE ONLY accounts.bearer
    ADD CONSTRAINT bearer_hash_key UNIQUE (hash);

ALTER TABLE ONLY accounts.bearer
    ADD CONSTRAINT bearer_id_key UNIQUE (id);

ALTER TABLE ONLY accounts.bearer
    ADD CONSTRAINT bearer_pkey PRIMARY KEY (key);

ALTER TABLE ONLY accounts.follow
    ADD CONSTRAINT follow_pkey PRIMARY KEY (follower, followed);

ALTER TABLE ONLY accounts.gifter
    ADD CONSTRAINT gifter_pkey PRIMARY KEY (account);

ALTER TABLE ONLY accounts.host_code
    ADD CONSTRAINT host_code_one UNIQUE (account, host);

ALTER TABLE ONLY accounts.host_code
    ADD CONSTRAINT host_code_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY accounts.host
    ADD CONSTRAINT host_id_key UNIQUE (id);

ALTER TABLE ONLY accounts.host
    ADD CONSTRAINT host_pkey PRIMARY KEY (key);

ALTER TABLE ONLY accounts.host_user
    ADD CONSTRAINT host_user_pkey PRIMARY KEY (host, host_user);

ALTER TABLE ONLY accounts.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY accounts.personal_key
    ADD CONSTRAINT personal_key_pkey PRIMARY KEY (account);

ALTER TABLE ONLY accounts.personal_seal
    ADD CONSTRAINT personal_seal_pkey PRIMARY KEY (one);

ALTER TABLE ONLY accounts.terms
    ADD CONSTRAINT terms_pkey PRIMARY KEY (document, version);

ALTER TABLE ONLY accounts.totp
    ADD CONSTRAINT totp_pkey PRIMARY KEY (account);

ALTER TABLE ONLY catalog.bundle
    ADD CONSTRAINT bundle_book_coins_key UNIQUE (book, coins);

ALTER TABLE ONLY catalog.bundle
    ADD CONSTRAINT bundle_id_key UNIQUE (id);

ALTER TABLE ONLY catalog.bundle
    ADD CONSTRAINT bundle_pkey PRIMARY KEY (key);

ALTER TABLE ONLY catalog.coming_book
    ADD CONSTRAINT coming_book_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.edition
    ADD CONSTRAINT edition_pkey PRIMARY KEY (one);

ALTER TABLE ONLY catalog.gift
    ADD CONSTRAINT gift_id_key UNIQUE (id);

ALTER TABLE ONLY catalog.gift
    ADD CONSTRAINT gift_pkey PRIMARY KEY (key);

ALTER TABLE ONLY catalog.price_book
    ADD CONSTRAINT price_book_pkey PRIMARY KEY (key);

ALTER TABLE ONLY catalog.price_book
    ADD CONSTRAINT price_book_region_channel_key UNIQUE (region, channel);

ALTER TABLE ONLY catalog.region
    ADD CONSTRAINT region_country_effective_at_key UNIQUE (country, effective_at);

ALTER TABLE ONLY catalog.region
    ADD CONSTRAINT region_pkey PRIMARY KEY (key);

ALTER TABLE ONLY insights.gift
    ADD CONSTRAINT gift_pkey PRIMARY KEY (creator, day, kind);

ALTER TABLE ONLY insights.gifter_day
    ADD CONSTRAINT gifter_day_pkey PRIMARY KEY (creator, day, gifter);

ALTER TABLE ONLY insights.gifter
    ADD CONSTRAINT gifter_pkey PRIMARY KEY (creator, gifter);

ALTER TABLE ONLY insights.hour
    ADD CONSTRAINT hour_pkey PRIMARY KEY (creator, hour);

ALTER TABLE ONLY insights.live
    ADD CONSTRAINT live_pkey PRIMARY KEY (creator, day, stage);

ALTER TABLE ONLY kit.outbox_cursor
    ADD CONSTRAINT outbox_cursor_pkey PRIMARY KEY (reader);

ALTER TABLE ONLY kit.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kit.proposal
    ADD CONSTRAINT proposal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kit.throttle
    ADD CONSTRAINT throttle_pkey PRIMARY KEY (key, bucket_at);

ALTER TABLE ONLY kit.trail
    ADD CONSTRAINT trail_pkey PRIMARY KEY (n);

ALTER TABLE ONLY kit.world
    ADD CONSTRAINT world_pkey PRIMARY KEY (one);

ALTER TABLE ONLY ledger.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (batch);

ALTER TABLE ONLY ledger.book
    ADD CONSTRAINT book_name_key UNIQUE (name);

ALTER TABLE ONLY ledger.book
    ADD CONSTRAINT book_pkey PRIMARY KEY (key);

ALTER TABLE ONLY ledger.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (n);

ALTER TABLE ONLY ledger.diamond_grant
    ADD CONSTRAINT diamond_grant_pkey PRIMARY KEY (transfer);

ALTER TABLE ONLY ledger.dispute
    ADD CONSTRAINT dispute_pkey PRIMARY KEY (transfer);

ALTER TABLE ONLY ledger.earning
    ADD CONSTRAINT earning_pkey PRIMARY KEY (creator, day, policy, stripe);

ALTER TABLE ONLY ledger."freeze"
    ADD CONSTRAINT freeze_pkey PRIMARY KEY (account, cause, about);

ALTER TABLE ONLY ledger.gift_part
    ADD CONSTRAINT gift_part_pkey PRIMARY KEY (transfer, batch, leaf, low);

ALTER TABLE ONLY ledger.gift
    ADD CONSTRAINT gift_pkey PRIMARY KEY (id, sender);

ALTER TABLE ONLY ledger.held
    ADD CONSTRAINT held_pkey PRIMARY KEY (dispute, transfer, creator, day, policy, stripe);

ALTER TABLE ONLY ledger.hour_lot
    ADD CONSTRAINT hour_lot_pkey PRIMARY KEY (lot, hour);

ALTER TABLE ONLY ledger.hour
    ADD CONSTRAINT hour_pkey PRIMARY KEY (hour);

ALTER TABLE ONLY ledger.hour
    ADD CONSTRAINT hour_transfer_key UNIQUE (transfer);

ALTER TABLE ONLY ledger.leg
    ADD CONSTRAINT leg_pkey PRIMARY KEY (transfer, n);

ALTER TABLE ONLY ledger.lot_cut
    ADD CONSTRAINT lot_cut_pkey PRIMARY KEY (lot, transfer, what);

ALTER TABLE ONLY ledger.lot
    ADD CONSTRAINT lot_pkey PRIMARY KEY (key);

ALTER TABLE ONLY ledger.payee
    ADD CONSTRAINT payee_pkey PRIMARY KEY (creator);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_let_go_key UNIQUE (let_go);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_paid_key UNIQUE (paid);

ALTER TABLE ONLY ledger.payout_part
    ADD CONSTRAINT payout_part_pkey PRIMARY KEY (payout, day, policy, stripe);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_pkey PRIMARY KEY (transfer);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_returned_key UNIQUE (returned);

ALTER TABLE ONLY ledger.period_balance
    ADD CONSTRAINT period_balance_pkey PRIMARY KEY (month, book, currency);

ALTER TABLE ONLY ledger.period
    ADD CONSTRAINT period_pkey PRIMARY KEY (month);

ALTER TABLE ONLY ledger.reader
    ADD CONSTRAINT reader_pkey PRIMARY KEY (name);

ALTER TABLE ONLY ledger.receivable
    ADD CONSTRAINT receivable_pkey PRIMARY KEY (transfer, creator, policy);

ALTER TABLE ONLY ledger.seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (one);

ALTER TABLE ONLY ledger.setoff
    ADD CONSTRAINT setoff_pkey PRIMARY KEY (transfer, creator, claim, claim_policy, day, policy, stripe);

ALTER TABLE ONLY ledger.stripe
    ADD CONSTRAINT stripe_pkey PRIMARY KEY (stripe);

ALTER TABLE ONLY ledger.taking
    ADD CONSTRAINT taking_pkey PRIMARY KEY (transfer);

ALTER TABLE ONLY ledger.taking
    ADD CONSTRAINT taking_undoes_key UNIQUE (undoes);

ALTER TABLE ONLY ledger.transfer
    ADD CONSTRAINT transfer_id_key UNIQUE (id);

ALTER TABLE ONLY ledger.transfer
    ADD CONSTRAINT transfer_kind_source_key UNIQUE (kind, source);

ALTER TABLE ONLY ledger.transfer
    ADD CONSTRAINT transfer_pkey PRIMARY KEY (key);

ALTER TABLE ONLY ledger.unallocated
    ADD CONSTRAINT unallocated_pkey PRIMARY KEY (transfer);

ALTER TABLE ONLY ledger.receivable
    ADD CONSTRAINT undone_once UNIQUE (undoes, creator, policy);

ALTER TABLE ONLY ledger.wallet
    ADD CONSTRAINT wallet_pkey PRIMARY KEY (account);

ALTER TABLE ONLY media.caption
    ADD CONSTRAINT caption_pkey PRIMARY KEY (stage, lang);

ALTER TABLE ONLY media.film
    ADD CONSTRAINT film_id_key UNIQUE (id);

ALTER TABLE ONLY media.film
    ADD CONSTRAINT film_pkey PRIMARY KEY (stage);

ALTER TABLE ONLY media.stream
    ADD CONSTRAINT stream_of_one UNIQUE NULLS NOT DISTINCT (stage, guest);

ALTER TABLE ONLY media.stream
    ADD CONSTRAINT stream_pkey PRIMARY KEY (id);

ALTER TABLE ONLY media.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.campaign
    ADD CONSTRAINT campaign_code_key UNIQUE (code);

ALTER TABLE ONLY payments.campaign_grant
    ADD CONSTRAINT campaign_grant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.caught_up
    ADD CONSTRAINT caught_up_pkey PRIMARY KEY (provider);

ALTER TABLE ONLY payments.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (account);

ALTER TABLE ONLY payments.dispute
    ADD CONSTRAINT dispute_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.dispute
    ADD CONSTRAINT dispute_provider_ref_key UNIQUE (provider, ref);

ALTER TABLE ONLY payments.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payments.notice
    ADD CONSTRAINT notice_provider_event_key UNIQUE (provider, event);

ALTER TABLE ONLY payments.campaign_grant
    ADD CONSTRAINT once_a_person UNIQUE (campaign, account, n);

ALTER TABLE ONLY payments.purchase_event
    ADD CONSTRAINT purchase_event_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payments.purchase_move
    ADD CONSTRAINT purchase_move_pkey PRIMARY KEY (from_status, to_status);

ALTER TABLE ONLY payments.purchase
    ADD CONSTRAINT purchase_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.purchase
    ADD CONSTRAINT purchase_provider_provider_ref_key UNIQUE (provider, provider_ref);

ALTER TABLE ONLY payments.reconciliation_line
    ADD CONSTRAINT reconciliation_line_pkey PRIMARY KEY (reconciliation, n);

ALTER TABLE ONLY payments.reconciliation
    ADD CONSTRAINT reconciliation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.reconciliation
    ADD CONSTRAINT reconciliation_provider_from_on_to_on_digest_key UNIQUE (provider, from_on, to_on, digest);

ALTER TABLE ONLY payments.reconciliation_sum
    ADD CONSTRAINT reconciliation_sum_pkey PRIMARY KEY (reconciliation, currency);

ALTER TABLE ONLY payments.refund
    ADD CONSTRAINT refund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.refund
    ADD CONSTRAINT refund_provider_ref_key UNIQUE (provider, ref);

ALTER TABLE ONLY payments.sandbox_charge
    ADD CONSTRAINT sandbox_charge_pkey PRIMARY KEY (ref);

ALTER TABLE ONLY payments.sandbox_dispute
    ADD CONSTRAINT sandbox_dispute_pkey PRIMARY KEY (ref);

ALTER TABLE ONLY payments.sandbox_refund
    ADD CONSTRAINT sandbox_refund_pkey PRIMARY KEY (ref);

ALTER TABLE ONLY payouts.approval
    ADD CONSTRAINT approval_pkey PRIMARY KEY (payout, approved_by);

ALTER TABLE ONLY payouts.bank_file
    ADD CONSTRAINT bank_file_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.bank_report
    ADD CONSTRAINT bank_report_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.bank_report
    ADD CONSTRAINT bank_report_rail_kind_bank_ref_key UNIQUE (rail, kind, bank_ref);

ALTER TABLE ONLY payouts.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payouts.method_note
    ADD CONSTRAINT method_note_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payouts.method
    ADD CONSTRAINT method_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.paper_file
    ADD CONSTRAINT paper_file_pkey PRIMARY KEY (paper, side);

ALTER TABLE ONLY payouts.paper_look
    ADD CONSTRAINT paper_look_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payouts.paper
    ADD CONSTRAINT paper_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.payout_event
    ADD CONSTRAINT payout_event_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payouts.payout_move
    ADD CONSTRAINT payout_move_pkey PRIMARY KEY (from_status, to_status);

ALTER TABLE ONLY payouts.payout
    ADD CONSTRAINT payout_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.payout
    ADD CONSTRAINT payout_quote_key UNIQUE (quote);

ALTER TABLE ONLY payouts.person_key
    ADD CONSTRAINT person_key_pkey PRIMARY KEY (account);

ALTER TABLE ONLY payouts.quote
    ADD CONSTRAINT quote_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.rate
    ADD CONSTRAINT rate_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payouts.ruling
    ADD CONSTRAINT ruling_pkey PRIMARY KEY (payout, ruled_by);

ALTER TABLE ONLY payouts.screening_match
    ADD CONSTRAINT screening_match_pkey PRIMARY KEY (key);

ALTER TABLE ONLY payouts.screening_match
    ADD CONSTRAINT screening_once UNIQUE (creator, entry, print);

ALTER TABLE ONLY payouts.transfer
    ADD CONSTRAINT transfer_bank_id_key UNIQUE (bank_id);

ALTER TABLE ONLY payouts.transfer
    ADD CONSTRAINT transfer_pkey PRIMARY KEY (key);

ALTER TABLE ONLY policy.version
    ADD CONSTRAINT version_effective_at_key UNIQUE (effective_at);

ALTER TABLE ONLY policy.version
    ADD CONSTRAINT version_id_key UNIQUE (id);

ALTER TABLE ONLY policy.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.largesse_migration
    ADD CONSTRAINT largesse_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY realtime.frame
    ADD CONSTRAINT frame_pkey PRIMARY KEY (stage, seq);

ALTER TABLE ONLY realtime.gifter
    ADD CONSTRAINT gifter_pkey PRIMARY KEY (stage, sender);

ALTER TABLE ONLY realtime.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (stage);

ALTER TABLE ONLY safety.block
    ADD CONSTRAINT block_pkey PRIMARY KEY (id);

ALTER TABLE ONLY safety.block
    ADD CONSTRAINT blocked_once UNIQUE (account, blocked, receipt);

ALTER TABLE ONLY safety.own_limit_change
    ADD CONSTRAINT own_limit_change_pkey PRIMARY KEY (key);

ALTER TABLE ONLY safety.own_limit
    ADD CONSTRAINT own_limit_pkey PRIMARY KEY (account, name);

ALTER TABLE ONLY safety.rest
    ADD CONSTRAINT rest_pkey PRIMARY KEY (key);

ALTER TABLE ONLY safety.signal
    ADD CONSTRAINT signal_kind_subject_source_key UNIQUE (kind, subject, source);

ALTER TABLE ONLY safety.signal
    ADD CONSTRAINT signal_pkey PRIMARY KEY (key);

ALTER TABLE ONLY stage.ban
    ADD CONSTRAINT ban_pkey PRIMARY KEY (stage, account, kind);

ALTER TABLE ONLY stage.broadcast
    ADD CONSTRAINT broadcast_pkey PRIMARY KEY (key);

ALTER TABLE ONLY stage.comment
    ADD CONSTRAINT comment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stage.goal
    ADD CONSTRAINT goal_pkey PRIMARY KEY (key);

ALTER TABLE ONLY stage.guest
    ADD CONSTRAINT guest_pkey PRIMARY KEY (stage, account);

ALTER TABLE ONLY stage.letter
    ADD CONSTRAINT letter_pkey PRIMARY KEY (account, broadcast);

ALTER TABLE ONLY stage.mail_wish
    ADD CONSTRAINT mail_wish_pkey PRIMARY KEY (account);

ALTER TABLE ONLY stage.match
    ADD CONSTRAINT match_id_key UNIQUE (id);

ALTER TABLE ONLY stage.match
    ADD CONSTRAINT match_pkey PRIMARY KEY (key);

ALTER TABLE ONLY stage.match_side
    ADD CONSTRAINT match_side_match_inviting_key UNIQUE (match, inviting);

ALTER TABLE ONLY stage.match_side
    ADD CONSTRAINT match_side_pkey PRIMARY KEY (match, stage);

ALTER TABLE ONLY stage.minute
    ADD CONSTRAINT minute_pkey PRIMARY KEY (stage, minute);

ALTER TABLE ONLY stage.moderator
    ADD CONSTRAINT moderator_pkey PRIMARY KEY (creator, account);

ALTER TABLE ONLY stage.multiplier
    ADD CONSTRAINT multiplier_pkey PRIMARY KEY (match, starts_at);

ALTER TABLE ONLY stage.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (sender, gift);

ALTER TABLE ONLY stage.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (account, stage);

ALTER TABLE ONLY stage.pin
    ADD CONSTRAINT pin_pkey PRIMARY KEY (stage);

ALTER TABLE ONLY stage.question
    ADD CONSTRAINT question_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stage.reminder
    ADD CONSTRAINT reminder_pkey PRIMARY KEY (stage, account);

ALTER TABLE ONLY stage.report_by
    ADD CONSTRAINT report_by_pkey PRIMARY KEY (report, reporter);

ALTER TABLE ONLY stage.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stage.rule
    ADD CONSTRAINT rule_pkey PRIMARY KEY (creator);

ALTER TABLE ONLY stage.stage
    ADD CONSTRAINT stage_id_key UNIQUE (id);

ALTER TABLE ONLY stage.stage
    ADD CONSTRAINT stage_pkey PRIMARY KEY (key);

ALTER TABLE ONLY stage.thanks
    ADD CONSTRAINT thanks_pkey PRIMARY KEY (stage, account);

ALTER TABLE ONLY stage.video_like
    ADD CONSTRAINT video_like_pkey PRIMARY KEY (stage, account);

ALTER TABLE ONLY stage.video
    ADD CONSTRAINT video_pkey PRIMARY KEY (stage);

ALTER TABLE ONLY stage.viewing
    ADD CONSTRAINT viewing_pkey PRIMARY KEY (stage, viewer);

CREATE UNIQUE INDEX account_email ON accounts.account USING btree (lower(email)) WHERE (email IS NOT NULL);

CREATE UNIQUE INDEX account_username ON accounts.account USING btree (username);

CREATE INDEX bearer_account ON accounts.bearer USING btree (account, kind) WHERE (revoked_at IS NULL);

CREATE INDEX bearer_api_key ON accounts.bearer USING btree (key) WHERE (kind = 'api_key'::text);

CREATE INDEX bearer_ended ON accounts.bearer USING btree (expires_at) WHERE (kind = 'session'::text);

CREATE INDEX follow_followed ON accounts.follow USING btree (followed, at);

CREATE INDEX follow_of ON accounts.follow USING btree (followed, follower);

CREATE INDEX host_code_ended ON accounts.host_code USING btree (expires_at);

CREATE UNIQUE INDEX host_name ON accounts.host USING btree (lower(name));

CREATE UNIQUE INDEX host_user_once ON accounts.host_user USING btree (account, host);

CREATE INDEX link_account ON accounts.link USING btree (account, kind);

CREATE INDEX link_ended ON accounts.link USING btree (expires_at);

CREATE INDEX coming_book_due ON catalog.coming_book USING btree (effective_at) WHERE ((applied_at IS NULL) AND (canceled_at IS NULL));

CREATE INDEX gifter_first ON insights.gifter USING btree (creator, first_day, gifter);

CREATE INDEX live_stage ON insights.live USING btree (stage);

CREATE INDEX outbox_order ON kit.outbox USING btree (epoch, xid, id);

CREATE INDEX outbox_place ON kit.outbox USING btree (topic, subject, epoch, xid, id);

CREATE INDEX proposal_open ON kit.proposal USING btree (kind, proposed_at) WHERE (state = 'open'::text);

CREATE UNIQUE INDEX batch_chain ON ledger.batch USING btree (((batch & (63)::bigint)), n);

CREATE INDEX batch_recorded ON ledger.batch USING brin (recorded_at) WITH (pages_per_range='8', autosummarize='on');

CREATE INDEX batch_stripe ON ledger.batch USING btree (((batch & (63)::bigint)), batch);

CREATE INDEX checkpoint_at ON ledger.checkpoint USING btree (at);

CREATE INDEX diamond_grant_creator ON ledger.diamond_grant USING btree (creator, transfer);

CREATE INDEX dispute_lot ON ledger.dispute USING btree (lot);

CREATE INDEX gift_batch ON ONLY ledger.gift USING btree (batch);

CREATE INDEX gift_part_stage ON ledger.gift_part USING btree (stage);

CREATE INDEX hosted_receiver ON ledger.hosted USING btree (receiver, hour);

CREATE INDEX hosted_stage ON ledger.hosted USING btree (stage, batch) WHERE alone;

CREATE INDEX hour_lot_hour ON ledger.hour_lot USING brin (hour) WITH (autosummarize='on');

CREATE INDEX leg_holder ON ledger.leg USING btree (holder, transfer) WHERE (holder <> 0);

CREATE INDEX lot_line ON ledger.lot USING btree (account, class, key);

CREATE INDEX lot_origin ON ledger.lot USING btree (origin) WHERE (origin IS NOT NULL);

CREATE UNIQUE INDEX lot_transfer ON ledger.lot USING btree (transfer, COALESCE(origin, (0)::bigint));

CREATE UNIQUE INDEX one_open_payout ON ledger.payout USING btree (creator) WHERE ((paid IS NULL) AND (let_go IS NULL));

CREATE INDEX payout_creator ON ledger.payout USING btree (creator, transfer);

CREATE INDEX receivable_creator ON ledger.receivable USING btree (creator);

CREATE INDEX sent_sender ON ledger.sent USING btree (sender, hour);

CREATE INDEX setoff_claim ON ledger.setoff USING btree (creator, claim, claim_policy);

CREATE INDEX staged_stage ON ledger.staged USING btree (stage, hour);

CREATE INDEX taking_account ON ledger.taking USING btree (account, transfer);

CREATE INDEX taking_lot ON ledger.taking USING btree (lot);

CREATE INDEX transfer_period ON ledger.transfer USING btree (period, key);

CREATE INDEX transfer_recorded ON ledger.transfer USING brin (recorded_at) WITH (pages_per_range='16', autosummarize='on');

CREATE INDEX film_unswept ON media.film USING btree (stage) WHERE ((state = 'removed'::text) AND (NOT swept));

CREATE INDEX film_wanted ON media.film USING btree (at) WHERE (state = 'processing'::text);

CREATE INDEX stream_creator ON media.stream USING btree (creator);

CREATE INDEX stream_dropping ON media.stream USING btree (stage) WHERE ((drop_because IS NOT NULL) AND (dropped_at IS NULL));

CREATE INDEX stream_held ON media.stream USING btree (beat_at) WHERE (holder IS NOT NULL);

CREATE INDEX stream_kept ON media.stream USING btree (lost_at) WHERE ((NOT open) AND (replay_s > 0) AND (drop_because IS NULL));

CREATE INDEX stream_lost ON media.stream USING btree (lost_at) WHERE (open AND (lost_at IS NOT NULL));

CREATE INDEX stream_unkept ON media.stream USING btree (stage) WHERE ((NOT open) AND (run > 0) AND (replay_s IS NULL));

CREATE INDEX upload_creator ON media.upload USING btree (creator, at);

CREATE INDEX upload_expiring ON media.upload USING btree (expires_at) WHERE (ended_at IS NULL);

CREATE INDEX upload_film ON media.upload USING btree (film);

CREATE INDEX upload_unswept ON media.upload USING btree (ended_at) WHERE ((ended_at IS NOT NULL) AND (NOT swept));

CREATE INDEX campaign_grant_newest ON payments.campaign_grant USING btree (campaign, id);

CREATE INDEX campaign_window ON payments.campaign USING btree (trigger, ends_at);

CREATE INDEX dispute_open ON payments.dispute USING btree (opened_at) WHERE (status = 'open'::text);

CREATE INDEX dispute_purchase ON payments.dispute USING btree (purchase);

CREATE INDEX notice_waiting ON payments.notice USING btree (provider, due_at) WHERE (done_at IS NULL);

CREATE INDEX purchase_account ON payments.purchase USING btree (account, created_at DESC);

CREATE INDEX purchase_event_purchase ON payments.purchase_event USING btree (purchase, key);

CREATE INDEX purchase_flagged ON payments.purchase USING btree (created_at) WHERE (flags <> '{}'::text[]);

CREATE INDEX purchase_order_ref ON payments.purchase USING btree (provider, order_ref) WHERE (order_ref IS NOT NULL);

CREATE UNIQUE INDEX purchase_receipt ON payments.purchase USING btree (provider, split_part(provider_ref, ':'::text, 2)) WHERE (provider_ref ~~ '%:%'::text);

CREATE INDEX purchase_unfinished ON payments.purchase USING btree (provider, finish_at) WHERE unfinished;

CREATE INDEX purchase_waiting ON payments.purchase USING btree (provider, COALESCE(looked_at, created_at)) WHERE (status = ANY (ARRAY['created'::text, 'awaiting_payment'::text, 'pending'::text, 'paid'::text]));

CREATE INDEX reconciliation_line_open ON payments.reconciliation_line USING btree (reconciliation, n) WHERE (resolved_at IS NULL);

CREATE INDEX reconciliation_read ON payments.reconciliation USING btree (read_at, id);

CREATE INDEX refund_purchase ON payments.refund USING btree (purchase);

CREATE INDEX refund_wanted ON payments.refund USING btree (provider, moved_at) WHERE ((wanted_by IS NOT NULL) AND (status = ANY (ARRAY['wanted'::text, 'pending'::text])));

CREATE UNIQUE INDEX bank_file_number ON payouts.bank_file USING btree (rail, (((made_at AT TIME ZONE 'UTC'::text))::date), number);

CREATE INDEX bank_file_unproved ON payouts.bank_file USING btree (wanted_at) WHERE (handed_at IS NULL);

CREATE INDEX bank_report_read ON payouts.bank_report USING btree (read_at, id);

CREATE INDEX batch_open ON payouts.batch USING btree (began_at) WHERE (ended_at IS NULL);

CREATE INDEX method_creator ON payouts.method USING btree (creator, made_at) WHERE (removed_at IS NULL);

CREATE INDEX method_fingerprint ON payouts.method USING btree (fingerprint);

CREATE INDEX method_note_method ON payouts.method_note USING btree (method, key);

CREATE UNIQUE INDEX one_open ON payouts.payout USING btree (creator) WHERE (status = ANY (ARRAY['requested'::text, 'review'::text, 'approved'::text, 'submitting'::text, 'unknown'::text, 'submitted'::text, 'in_transit'::text]));

CREATE INDEX paper_creator ON payouts.paper USING btree (creator, made_at);

CREATE INDEX paper_kept ON payouts.paper USING btree (made_at) WHERE ((sealed IS NOT NULL) AND (status = ANY (ARRAY['draft'::text, 'rejected'::text, 'replaced'::text, 'withdrawn'::text])));

CREATE INDEX paper_look_paper ON payouts.paper_look USING btree (paper, key);

CREATE UNIQUE INDEX paper_one_approved ON payouts.paper USING btree (creator, subject) WHERE (status = 'approved'::text);

CREATE UNIQUE INDEX paper_one_open ON payouts.paper USING btree (creator, subject) WHERE (status = ANY (ARRAY['draft'::text, 'waiting'::text]));

CREATE INDEX paper_waiting ON payouts.paper USING btree (id) WHERE (status = 'waiting'::text);

CREATE INDEX payout_creator ON payouts.payout USING btree (creator, requested_at DESC);

CREATE INDEX payout_due ON payouts.payout USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX payout_event_payout ON payouts.payout_event USING btree (payout, key);

CREATE INDEX payout_review ON payouts.payout USING btree (requested_at) WHERE (status = ANY (ARRAY['review'::text, 'approved'::text, 'unknown'::text]));

CREATE INDEX rate_currency ON payouts.rate USING btree (currency, as_of DESC, key DESC);

CREATE INDEX screening_open ON payouts.screening_match USING btree (key) WHERE (status = 'open'::text);

CREATE UNIQUE INDEX transfer_file ON payouts.transfer USING btree (file, place) WHERE (file IS NOT NULL);

CREATE INDEX frame_age ON realtime.frame USING brin (at);

CREATE INDEX gifter_top ON realtime.gifter USING btree (stage, ((coins - anonymous_coins)) DESC);

CREATE INDEX lease_owner ON realtime.lease USING btree (owner);

CREATE INDEX block_blocked ON safety.block USING btree (blocked);

CREATE INDEX own_limit_change_account ON safety.own_limit_change USING btree (account, key);

CREATE INDEX own_limit_due ON safety.own_limit USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX rest_account ON safety.rest USING btree (account, until);

CREATE INDEX signal_subject ON safety.signal USING btree (subject, key);

CREATE INDEX broadcast_waits ON stage.broadcast USING btree (key) WHERE (done_at IS NULL);

CREATE INDEX comment_by ON stage.comment USING btree (sender, id);

CREATE INDEX comment_sender ON stage.comment USING btree (stage, sender, at DESC);

CREATE INDEX comment_stage ON stage.comment USING btree (stage, id);

CREATE INDEX goal_stage ON stage.goal USING btree (stage, key);

CREATE INDEX guest_account ON stage.guest USING btree (account) WHERE (joined_at IS NOT NULL);

CREATE INDEX letter_due ON stage.letter USING btree (due_at);

CREATE INDEX match_invited ON stage.match USING btree (expires_at) WHERE (status = 'invited'::text);

CREATE INDEX match_running ON stage.match USING btree (ends_at) WHERE (status = 'running'::text);

CREATE INDEX match_side_stage ON stage.match_side USING btree (stage, match);

CREATE INDEX moderator_account ON stage.moderator USING btree (account);

CREATE INDEX notification_at ON stage.notification USING brin (at);

CREATE INDEX notification_newest ON stage.notification USING btree (account, broadcast);

CREATE INDEX notification_stage ON stage.notification USING btree (stage, account);

CREATE UNIQUE INDEX one_goal_a_live ON stage.goal USING btree (stage) WHERE (dropped_at IS NULL);

CREATE UNIQUE INDEX one_live_per_creator ON stage.stage USING btree (creator) WHERE ((status = 'live'::text) AND (kind = 'live'::text));

CREATE UNIQUE INDEX one_match_a_live ON stage.match_side USING btree (stage) WHERE running;

CREATE INDEX question_stage ON stage.question USING btree (stage, status, id);

CREATE INDEX report_by_reporter ON stage.report_by USING btree (reporter, at DESC);

CREATE UNIQUE INDEX report_open ON stage.report USING btree (kind, about) WHERE (status = 'open'::text);

CREATE INDEX report_status ON stage.report USING btree (status, id);

CREATE UNIQUE INDEX soon_once ON stage.broadcast USING btree (stage, scheduled_at) WHERE (kind = 'soon'::text);

CREATE INDEX stage_coming ON stage.stage USING btree (scheduled_at) WHERE ((status = 'scheduled'::text) AND (scheduled_at IS NOT NULL));

CREATE INDEX stage_creator ON stage.stage USING btree (creator, key DESC);

CREATE INDEX stage_ended ON stage.stage USING btree (ended_at) WHERE ((status = 'ended'::text) AND (kind = 'live'::text));

CREATE INDEX stage_live ON stage.stage USING btree (started_at DESC) WHERE ((status = 'live'::text) AND (kind = 'live'::text));

CREATE INDEX stage_published ON stage.stage USING btree (started_at DESC, id DESC) WHERE ((status = 'live'::text) AND (kind = 'video'::text));

CREATE INDEX stage_published_by ON stage.stage USING btree (creator, started_at DESC, id DESC) WHERE ((status = 'live'::text) AND (kind = 'video'::text));

CREATE INDEX stage_scheduled ON stage.stage USING btree (scheduled_at) WHERE (status = 'scheduled'::text);

CREATE INDEX stage_videos_of ON stage.stage USING btree (creator, key DESC) WHERE ((status <> 'ended'::text) AND (kind = 'video'::text));

CREATE UNIQUE INDEX video_from_live ON stage.video USING btree (from_live) WHERE (from_live IS NOT NULL);

CREATE INDEX video_like_account ON stage.video_like USING btree (account);

CREATE TRIGGER region_for_ever BEFORE DELETE OR UPDATE ON catalog.region FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER trail_for_ever BEFORE DELETE OR UPDATE ON kit.trail FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER batch_for_ever BEFORE DELETE OR UPDATE ON ledger.batch FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER checkpoint_for_ever BEFORE DELETE OR UPDATE ON ledger.checkpoint FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER diamond_grant_for_ever BEFORE DELETE OR UPDATE ON ledger.diamond_grant FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER dispute_for_ever BEFORE DELETE OR UPDATE OF transfer, lot, minor, currency, fee_minor, fee_currency, coins, at, opened_at ON ledger.dispute FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER gift_for_ever BEFORE DELETE OR UPDATE ON ledger.gift FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER gift_part_for_ever BEFORE DELETE OR UPDATE ON ledger.gift_part FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER held_for_ever BEFORE DELETE OR UPDATE ON ledger.held FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER hour_for_ever BEFORE DELETE OR UPDATE ON ledger.hour FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER hour_lot_for_ever BEFORE DELETE OR UPDATE ON ledger.hour_lot FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER hour_period BEFORE INSERT ON ledger.hour FOR EACH ROW EXECUTE FUNCTION ledger.give_hour_period();

CREATE TRIGGER leg_for_ever BEFORE DELETE OR UPDATE ON ledger.leg FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER leg_month_is_open AFTER INSERT ON ledger.leg REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_frozen();

CREATE CONSTRAINT TRIGGER leg_zero_sum AFTER INSERT ON ledger.leg DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_transfer();

CREATE TRIGGER lot_cut_for_ever BEFORE DELETE OR UPDATE ON ledger.lot_cut FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER lot_for_ever BEFORE DELETE OR UPDATE OF account, class, kind, coins, transfer, net_minor, gross_minor, currency, recorded_at, origin ON ledger.lot FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_for_ever BEFORE DELETE OR UPDATE OF transfer, creator, milli, gross_minor ON ledger.payout FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_let_go_for_ever BEFORE UPDATE OF let_go ON ledger.payout FOR EACH ROW WHEN ((old.let_go IS NOT NULL)) EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_paid_for_ever BEFORE UPDATE OF paid, fee_minor, sent_minor, sent_currency ON ledger.payout FOR EACH ROW WHEN ((old.paid IS NOT NULL)) EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_part_for_ever BEFORE DELETE OR UPDATE ON ledger.payout_part FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_returned_for_ever BEFORE UPDATE OF returned ON ledger.payout FOR EACH ROW WHEN ((old.returned IS NOT NULL)) EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER period_balance_for_ever BEFORE DELETE OR UPDATE ON ledger.period_balance FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER period_for_ever BEFORE DELETE OR UPDATE ON ledger.period FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER receivable_for_ever BEFORE DELETE OR UPDATE ON ledger.receivable FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER setoff_for_ever BEFORE DELETE OR UPDATE ON ledger.setoff FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER taking_for_ever BEFORE DELETE OR UPDATE ON ledger.taking FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER transfer_for_ever BEFORE DELETE OR UPDATE ON ledger.transfer FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER transfer_period BEFORE INSERT ON ledger.transfer FOR EACH ROW EXECUTE FUNCTION ledger.give_transfer_period();

CREATE TRIGGER unallocated_for_ever BEFORE DELETE OR UPDATE OF transfer, minor, currency ON ledger.unallocated FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER campaign_grant_for_ever BEFORE DELETE OR UPDATE ON payments.campaign_grant FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER campaign_stands BEFORE DELETE OR UPDATE ON payments.campaign FOR EACH ROW EXECUTE FUNCTION payments.keep_campaign();

CREATE TRIGGER notice_for_ever BEFORE DELETE OR UPDATE OF provider, event, kind, refs, asks, body, received_at ON payments.notice FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER purchase_event_for_ever BEFORE DELETE OR UPDATE ON payments.purchase_event FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER purchase_legal_entry BEFORE INSERT ON payments.purchase FOR EACH ROW EXECUTE FUNCTION payments.check_entry();

CREATE TRIGGER purchase_legal_move BEFORE UPDATE ON payments.purchase FOR EACH ROW EXECUTE FUNCTION payments.check_move();

CREATE TRIGGER reconciliation_for_ever BEFORE DELETE OR UPDATE ON payments.reconciliation FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER reconciliation_line_for_ever BEFORE DELETE OR UPDATE OF reconciliation, n, status, kind, ref, place, purchase, theirs_minor, theirs_currency, ours_minor, ours_currency, theirs_units, ours_units ON payments.reconciliation_line FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER reconciliation_sum_for_ever BEFORE DELETE OR UPDATE ON payments.reconciliation_sum FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER bank_file_for_ever BEFORE DELETE OR UPDATE OF id, rail, wanted_by, wanted_at, execution_on ON payouts.bank_file FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER bank_report_for_ever BEFORE DELETE OR UPDATE ON payouts.bank_report FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER batch_for_ever BEFORE DELETE OR UPDATE OF key, kind, began_at ON payouts.batch FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER method_for_ever BEFORE DELETE OR UPDATE OF id, creator, rail, country, currency, fingerprint, made_at, cool_until ON payouts.method FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER method_note_for_ever BEFORE DELETE OR UPDATE ON payouts.method_note FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER paper_for_ever BEFORE DELETE OR UPDATE OF id, creator, subject, kind, made_at ON payouts.paper FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER paper_look_for_ever BEFORE DELETE OR UPDATE ON payouts.paper_look FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_event_for_ever BEFORE DELETE OR UPDATE ON payouts.payout_event FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_for_ever BEFORE DELETE OR UPDATE OF id, quote, creator, rail, gross_minor, requested_at ON payouts.payout FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER payout_legal_move BEFORE UPDATE ON payouts.payout FOR EACH ROW EXECUTE FUNCTION payouts.check_move();

CREATE TRIGGER quote_for_ever BEFORE DELETE OR UPDATE ON payouts.quote FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER rate_for_ever BEFORE DELETE OR UPDATE ON payouts.rate FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER version_for_ever BEFORE DELETE OR UPDATE ON policy.version FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER own_limit_change_for_ever BEFORE DELETE OR UPDATE ON safety.own_limit_change FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER rest_for_ever BEFORE DELETE OR UPDATE ON safety.rest FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER signal_for_ever BEFORE DELETE OR UPDATE ON safety.signal FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

CREATE TRIGGER match_legal_move BEFORE UPDATE ON stage.match FOR EACH ROW EXECUTE FUNCTION stage.check_match_move();

CREATE TRIGGER match_score_stays BEFORE UPDATE ON stage.match_side FOR EACH ROW EXECUTE FUNCTION stage.check_score();

CREATE CONSTRAINT TRIGGER multiplier_announced AFTER INSERT ON stage.multiplier DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stage.check_announced();

ALTER TABLE ONLY accounts.acceptance
    ADD CONSTRAINT acceptance_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.acceptance
    ADD CONSTRAINT acceptance_document_version_fkey FOREIGN KEY (document, version) REFERENCES accounts.terms(document, version);

ALTER TABLE ONLY accounts.bearer
    ADD CONSTRAINT bearer_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.bearer
    ADD CONSTRAINT bearer_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.bearer
    ADD CONSTRAINT bearer_host FOREIGN KEY (host) REFERENCES accounts.host(key);

ALTER TABLE ONLY accounts.follow
    ADD CONSTRAINT follow_followed_fkey FOREIGN KEY (followed) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.follow
    ADD CONSTRAINT follow_follower_fkey FOREIGN KEY (follower) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.gifter
    ADD CONSTRAINT gifter_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.host_code
    ADD CONSTRAINT host_code_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.host_code
    ADD CONSTRAINT host_code_host_fkey FOREIGN KEY (host) REFERENCES accounts.host(key);

ALTER TABLE ONLY accounts.host_user
    ADD CONSTRAINT host_user_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.host_user
    ADD CONSTRAINT host_user_host_fkey FOREIGN KEY (host) REFERENCES accounts.host(key);

ALTER TABLE ONLY accounts.link
    ADD CONSTRAINT link_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.personal_key
    ADD CONSTRAINT personal_key_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY accounts.totp
    ADD CONSTRAINT totp_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY catalog.bundle
    ADD CONSTRAINT bundle_book_fkey FOREIGN KEY (book) REFERENCES catalog.price_book(key);

ALTER TABLE ONLY catalog.coming_book
    ADD CONSTRAINT coming_book_id_fkey FOREIGN KEY (id) REFERENCES kit.proposal(id);

ALTER TABLE ONLY catalog.region
    ADD CONSTRAINT region_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY catalog.region
    ADD CONSTRAINT region_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY ledger.batch
    ADD CONSTRAINT batch_policy_fkey FOREIGN KEY (policy) REFERENCES policy.version(key);

ALTER TABLE ONLY ledger.diamond_grant
    ADD CONSTRAINT diamond_grant_creator_fkey FOREIGN KEY (creator) REFERENCES ledger.payee(creator);

ALTER TABLE ONLY ledger.diamond_grant
    ADD CONSTRAINT diamond_grant_policy_fkey FOREIGN KEY (policy) REFERENCES policy.version(key);

ALTER TABLE ONLY ledger.diamond_grant
    ADD CONSTRAINT diamond_grant_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.dispute
    ADD CONSTRAINT dispute_decided_fkey FOREIGN KEY (decided) REFERENCES ledger.taking(transfer);

ALTER TABLE ONLY ledger.dispute
    ADD CONSTRAINT dispute_lot_fkey FOREIGN KEY (lot) REFERENCES ledger.lot(key);

ALTER TABLE ONLY ledger.dispute
    ADD CONSTRAINT dispute_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.taking(transfer);

ALTER TABLE ONLY ledger."freeze"
    ADD CONSTRAINT freeze_account_fkey FOREIGN KEY (account) REFERENCES ledger.wallet(account);

ALTER TABLE ONLY ledger.held
    ADD CONSTRAINT held_dispute_fkey FOREIGN KEY (dispute) REFERENCES ledger.dispute(transfer);

ALTER TABLE ONLY ledger.held
    ADD CONSTRAINT held_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.hour
    ADD CONSTRAINT hour_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.leg
    ADD CONSTRAINT leg_book_fkey FOREIGN KEY (book) REFERENCES ledger.book(key);

ALTER TABLE ONLY ledger.leg
    ADD CONSTRAINT leg_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.lot
    ADD CONSTRAINT lot_account_fkey FOREIGN KEY (account) REFERENCES ledger.wallet(account);

ALTER TABLE ONLY ledger.lot_cut
    ADD CONSTRAINT lot_cut_lot_fkey FOREIGN KEY (lot) REFERENCES ledger.lot(key);

ALTER TABLE ONLY ledger.lot_cut
    ADD CONSTRAINT lot_cut_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.lot
    ADD CONSTRAINT lot_origin_fkey FOREIGN KEY (origin) REFERENCES ledger.lot(key);

ALTER TABLE ONLY ledger.lot
    ADD CONSTRAINT lot_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.payee
    ADD CONSTRAINT payee_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_creator_fkey FOREIGN KEY (creator) REFERENCES ledger.payee(creator);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_let_go_fkey FOREIGN KEY (let_go) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_paid_fkey FOREIGN KEY (paid) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.payout_part
    ADD CONSTRAINT payout_part_payout_fkey FOREIGN KEY (payout) REFERENCES ledger.payout(transfer);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_returned_fkey FOREIGN KEY (returned) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.payout
    ADD CONSTRAINT payout_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.period
    ADD CONSTRAINT period_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY ledger.period_balance
    ADD CONSTRAINT period_balance_book_fkey FOREIGN KEY (book) REFERENCES ledger.book(key);

ALTER TABLE ONLY ledger.period_balance
    ADD CONSTRAINT period_balance_month_fkey FOREIGN KEY (month) REFERENCES ledger.period(month);

ALTER TABLE ONLY ledger.period
    ADD CONSTRAINT period_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY ledger.receivable
    ADD CONSTRAINT receivable_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY ledger.receivable
    ADD CONSTRAINT receivable_policy_fkey FOREIGN KEY (policy) REFERENCES policy.version(key);

ALTER TABLE ONLY ledger.receivable
    ADD CONSTRAINT receivable_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.setoff
    ADD CONSTRAINT setoff_claim_creator_claim_policy_fkey FOREIGN KEY (claim, creator, claim_policy) REFERENCES ledger.receivable(transfer, creator, policy);

ALTER TABLE ONLY ledger.setoff
    ADD CONSTRAINT setoff_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.taking
    ADD CONSTRAINT taking_account_fkey FOREIGN KEY (account) REFERENCES ledger.wallet(account);

ALTER TABLE ONLY ledger.taking
    ADD CONSTRAINT taking_lot_fkey FOREIGN KEY (lot) REFERENCES ledger.lot(key);

ALTER TABLE ONLY ledger.taking
    ADD CONSTRAINT taking_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.taking
    ADD CONSTRAINT taking_undoes_fkey FOREIGN KEY (undoes) REFERENCES ledger.taking(transfer);

ALTER TABLE ONLY ledger.unallocated
    ADD CONSTRAINT unallocated_transfer_fkey FOREIGN KEY (transfer) REFERENCES ledger.transfer(key);

ALTER TABLE ONLY ledger.receivable
    ADD CONSTRAINT undoes_what_is_there FOREIGN KEY (undoes, creator, policy) REFERENCES ledger.receivable(transfer, creator, policy);

ALTER TABLE ONLY ledger.wallet
    ADD CONSTRAINT wallet_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY media.caption
    ADD CONSTRAINT caption_stage_fkey FOREIGN KEY (stage) REFERENCES media.film(stage);

ALTER TABLE ONLY media.upload
    ADD CONSTRAINT upload_film_fkey FOREIGN KEY (film) REFERENCES media.film(stage);

ALTER TABLE ONLY payments.campaign_grant
    ADD CONSTRAINT campaign_grant_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY payments.campaign_grant
    ADD CONSTRAINT campaign_grant_campaign_fkey FOREIGN KEY (campaign) REFERENCES payments.campaign(id);

ALTER TABLE ONLY payments.campaign
    ADD CONSTRAINT campaign_id_fkey FOREIGN KEY (id) REFERENCES kit.proposal(id);

ALTER TABLE ONLY payments.consent
    ADD CONSTRAINT consent_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY payments.dispute
    ADD CONSTRAINT dispute_purchase_fkey FOREIGN KEY (purchase) REFERENCES payments.purchase(id);

ALTER TABLE ONLY payments.purchase
    ADD CONSTRAINT purchase_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY payments.purchase
    ADD CONSTRAINT purchase_bundle_fkey FOREIGN KEY (bundle) REFERENCES catalog.bundle(key);

ALTER TABLE ONLY payments.purchase_event
    ADD CONSTRAINT purchase_event_purchase_fkey FOREIGN KEY (purchase) REFERENCES payments.purchase(id);

ALTER TABLE ONLY payments.reconciliation_line
    ADD CONSTRAINT reconciliation_line_purchase_fkey FOREIGN KEY (purchase) REFERENCES payments.purchase(id);

ALTER TABLE ONLY payments.reconciliation_line
    ADD CONSTRAINT reconciliation_line_reconciliation_fkey FOREIGN KEY (reconciliation) REFERENCES payments.reconciliation(id);

ALTER TABLE ONLY payments.reconciliation_line
    ADD CONSTRAINT reconciliation_line_resolved_by_fkey FOREIGN KEY (resolved_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payments.reconciliation
    ADD CONSTRAINT reconciliation_read_by_fkey FOREIGN KEY (read_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payments.reconciliation_sum
    ADD CONSTRAINT reconciliation_sum_reconciliation_fkey FOREIGN KEY (reconciliation) REFERENCES payments.reconciliation(id);

ALTER TABLE ONLY payments.refund
    ADD CONSTRAINT refund_purchase_fkey FOREIGN KEY (purchase) REFERENCES payments.purchase(id);

ALTER TABLE ONLY payments.refund
    ADD CONSTRAINT refund_wanted_by_fkey FOREIGN KEY (wanted_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payments.sandbox_dispute
    ADD CONSTRAINT sandbox_dispute_charge_fkey FOREIGN KEY (charge) REFERENCES payments.sandbox_charge(ref);

ALTER TABLE ONLY payments.sandbox_refund
    ADD CONSTRAINT sandbox_refund_charge_fkey FOREIGN KEY (charge) REFERENCES payments.sandbox_charge(ref);

ALTER TABLE ONLY payouts.approval
    ADD CONSTRAINT approval_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.approval
    ADD CONSTRAINT approval_payout_fkey FOREIGN KEY (payout) REFERENCES payouts.payout(id);

ALTER TABLE ONLY payouts.bank_file
    ADD CONSTRAINT bank_file_batch_fkey FOREIGN KEY (batch) REFERENCES payouts.batch(key);

ALTER TABLE ONLY payouts.bank_file
    ADD CONSTRAINT bank_file_handed_by_fkey FOREIGN KEY (handed_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.bank_file
    ADD CONSTRAINT bank_file_said_by_fkey FOREIGN KEY (said_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.bank_file
    ADD CONSTRAINT bank_file_wanted_by_fkey FOREIGN KEY (wanted_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.bank_report
    ADD CONSTRAINT bank_report_read_by_fkey FOREIGN KEY (read_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.method
    ADD CONSTRAINT method_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.method_note
    ADD CONSTRAINT method_note_method_fkey FOREIGN KEY (method) REFERENCES payouts.method(id);

ALTER TABLE ONLY payouts.method_note
    ADD CONSTRAINT method_note_report_fkey FOREIGN KEY (report) REFERENCES payouts.bank_report(id);

ALTER TABLE ONLY payouts.paper
    ADD CONSTRAINT paper_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.paper
    ADD CONSTRAINT paper_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.paper_file
    ADD CONSTRAINT paper_file_paper_fkey FOREIGN KEY (paper) REFERENCES payouts.paper(id);

ALTER TABLE ONLY payouts.paper_look
    ADD CONSTRAINT paper_look_looked_by_fkey FOREIGN KEY (looked_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.paper_look
    ADD CONSTRAINT paper_look_paper_fkey FOREIGN KEY (paper) REFERENCES payouts.paper(id);

ALTER TABLE ONLY payouts.payout
    ADD CONSTRAINT payout_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.payout_event
    ADD CONSTRAINT payout_event_payout_fkey FOREIGN KEY (payout) REFERENCES payouts.payout(id);

ALTER TABLE ONLY payouts.payout
    ADD CONSTRAINT payout_quote_fkey FOREIGN KEY (quote) REFERENCES payouts.quote(id);

ALTER TABLE ONLY payouts.person_key
    ADD CONSTRAINT person_key_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.quote
    ADD CONSTRAINT quote_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.quote
    ADD CONSTRAINT quote_method_fkey FOREIGN KEY (method) REFERENCES payouts.method(id);

ALTER TABLE ONLY payouts.quote
    ADD CONSTRAINT quote_policy_fkey FOREIGN KEY (policy) REFERENCES policy.version(key);

ALTER TABLE ONLY payouts.rate
    ADD CONSTRAINT rate_made_by_fkey FOREIGN KEY (made_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.ruling
    ADD CONSTRAINT ruling_payout_fkey FOREIGN KEY (payout) REFERENCES payouts.payout(id);

ALTER TABLE ONLY payouts.ruling
    ADD CONSTRAINT ruling_ruled_by_fkey FOREIGN KEY (ruled_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.screening_match
    ADD CONSTRAINT screening_match_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.screening_match
    ADD CONSTRAINT screening_match_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY payouts.transfer
    ADD CONSTRAINT transfer_file_fkey FOREIGN KEY (file) REFERENCES payouts.bank_file(id);

ALTER TABLE ONLY policy.version
    ADD CONSTRAINT version_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY policy.version
    ADD CONSTRAINT version_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY safety.block
    ADD CONSTRAINT block_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY safety.block
    ADD CONSTRAINT block_blocked_fkey FOREIGN KEY (blocked) REFERENCES accounts.account(key);

ALTER TABLE ONLY safety.own_limit
    ADD CONSTRAINT own_limit_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY safety.own_limit_change
    ADD CONSTRAINT own_limit_change_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY safety.rest
    ADD CONSTRAINT rest_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY safety.signal
    ADD CONSTRAINT signal_subject_fkey FOREIGN KEY (subject) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.ban
    ADD CONSTRAINT ban_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.ban
    ADD CONSTRAINT ban_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.broadcast
    ADD CONSTRAINT broadcast_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.goal
    ADD CONSTRAINT goal_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.guest
    ADD CONSTRAINT guest_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.guest
    ADD CONSTRAINT guest_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.letter
    ADD CONSTRAINT letter_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.mail_wish
    ADD CONSTRAINT mail_wish_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.match
    ADD CONSTRAINT match_given_up_by_fkey FOREIGN KEY (given_up_by) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.match_side
    ADD CONSTRAINT match_side_match_fkey FOREIGN KEY (match) REFERENCES stage.match(key);

ALTER TABLE ONLY stage.match_side
    ADD CONSTRAINT match_side_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.match
    ADD CONSTRAINT match_winner_fkey FOREIGN KEY (winner) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.minute
    ADD CONSTRAINT minute_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.moderator
    ADD CONSTRAINT moderator_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.moderator
    ADD CONSTRAINT moderator_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.multiplier
    ADD CONSTRAINT multiplier_match_fkey FOREIGN KEY (match) REFERENCES stage.match(key);

ALTER TABLE ONLY stage.notification
    ADD CONSTRAINT notification_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.notification
    ADD CONSTRAINT notification_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.pin
    ADD CONSTRAINT pin_comment_fkey FOREIGN KEY (comment) REFERENCES stage.comment(id);

ALTER TABLE ONLY stage.pin
    ADD CONSTRAINT pin_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.question
    ADD CONSTRAINT question_sender_fkey FOREIGN KEY (sender) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.question
    ADD CONSTRAINT question_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.reminder
    ADD CONSTRAINT reminder_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.reminder
    ADD CONSTRAINT reminder_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.report
    ADD CONSTRAINT report_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.report_by
    ADD CONSTRAINT report_by_report_fkey FOREIGN KEY (report) REFERENCES stage.report(id);

ALTER TABLE ONLY stage.report_by
    ADD CONSTRAINT report_by_reporter_fkey FOREIGN KEY (reporter) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.report
    ADD CONSTRAINT report_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.report
    ADD CONSTRAINT report_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.rule
    ADD CONSTRAINT rule_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.stage
    ADD CONSTRAINT stage_creator_fkey FOREIGN KEY (creator) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.video
    ADD CONSTRAINT video_from_live_fkey FOREIGN KEY (from_live) REFERENCES stage.stage(key);

ALTER TABLE ONLY stage.video_like
    ADD CONSTRAINT video_like_account_fkey FOREIGN KEY (account) REFERENCES accounts.account(key);

ALTER TABLE ONLY stage.video_like
    ADD CONSTRAINT video_like_stage_fkey FOREIGN KEY (stage) REFERENCES stage.video(stage);

ALTER TABLE ONLY stage.video
    ADD CONSTRAINT video_stage_fkey FOREIGN KEY (stage) REFERENCES stage.stage(key);
