-- Dated rates, limits and fees; and what can be bought and sent.
CREATE SCHEMA policy;
CREATE SCHEMA catalog;

-- Every number of the economy, dated. Exactly one version is in force at any instant: the newest with effective_at <= now.
CREATE TABLE policy.version (
    key smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    share_bps integer NOT NULL CHECK (share_bps BETWEEN 0 AND 10000 AND share_bps % 10 = 0),
    promo_share_bps integer NOT NULL CHECK (promo_share_bps BETWEEN 0 AND 10000 AND promo_share_bps % 10 = 0),
    diamond_value_micros integer NOT NULL CHECK (diamond_value_micros BETWEEN 0 AND 1000000),
    hold_days smallint NOT NULL CHECK (hold_days BETWEEN 0 AND 365),
    payout_minor_min bigint NOT NULL CHECK (payout_minor_min >= 0),
    payout_week_minor_max bigint NOT NULL CHECK (payout_week_minor_max >= payout_minor_min),
    payout_fee_bps integer NOT NULL CHECK (payout_fee_bps BETWEEN 0 AND 10000),
    payout_fee_minor bigint NOT NULL CHECK (payout_fee_minor >= 0),
    give_day_coins_max bigint NOT NULL CHECK (give_day_coins_max > 0),
    buy_day_minor_max bigint NOT NULL CHECK (buy_day_minor_max > 0),
    announced_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL UNIQUE,
    proposed_by integer REFERENCES accounts.account (key),
    approved_by integer REFERENCES accounts.account (key),
    reason text NOT NULL,
    CONSTRAINT policy_four_eyes CHECK (proposed_by IS NULL OR proposed_by <> approved_by),
    CONSTRAINT announced_first CHECK (announced_at <= effective_at)
);
CREATE TRIGGER version_for_ever BEFORE UPDATE OR DELETE ON policy.version FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
INSERT INTO policy.version (id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min, payout_week_minor_max,
    payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, announced_at, effective_at, reason)
VALUES ('01960000-0000-7000-8000-000000000001', 7000, 0, 7000, 14, 10000, 100000, 150, 25, 100000, 1000000,
    '2026-01-01', '2026-01-01', 'the first version, installed with the database');

CREATE TABLE catalog.gift (
    key smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE CHECK (id ~ '^[a-z0-9-]{1,40}$'),
    name text NOT NULL,
    coins integer NOT NULL CHECK (coins BETWEEN 1 AND 1000000),
    tier text NOT NULL CHECK (tier IN ('small', 'mid', 'big')),
    streakable boolean NOT NULL,
    art jsonb NOT NULL,
    position smallint NOT NULL,
    retired_at timestamptz
);
-- Counts every change of the catalogue, for caches.
CREATE TABLE catalog.edition (one boolean PRIMARY KEY DEFAULT true CHECK (one), version integer NOT NULL);
INSERT INTO catalog.edition VALUES (true, 1);

CREATE TABLE catalog.price_book (
    key smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL CHECK (region ~ '^[A-Z]{2}$'),
    channel text NOT NULL CHECK (channel IN ('web', 'apple', 'google')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    tax_bps integer NOT NULL DEFAULT 0 CHECK (tax_bps BETWEEN 0 AND 10000),
    channel_fee_bps integer NOT NULL DEFAULT 0 CHECK (channel_fee_bps BETWEEN 0 AND 10000),
    channel_fee_minor integer NOT NULL DEFAULT 0 CHECK (channel_fee_minor >= 0),
    custom_coins_min integer,
    custom_coins_max integer,
    custom_micros_per_coin bigint,
    UNIQUE (region, channel)
);
CREATE TABLE catalog.bundle (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    book smallint NOT NULL REFERENCES catalog.price_book (key),
    coins integer NOT NULL CHECK (coins > 0),
    price_minor bigint NOT NULL CHECK (price_minor > 0),
    product_id text,
    retired_at timestamptz,
    UNIQUE (book, coins)
);
