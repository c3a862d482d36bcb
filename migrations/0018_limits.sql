-- Limits that people set themselves, and breaks from spending.
CREATE SCHEMA safety;

-- What a batch asks under the wallet's lock: coins given in the UTC week (from Monday) and month of given_on, the person's own
-- limits in force (NULL: none), and until when neither buying nor giving is possible.
ALTER TABLE ledger.wallet
    ADD COLUMN given_week bigint NOT NULL DEFAULT 0 CHECK (given_week >= 0),
    ADD COLUMN given_month bigint NOT NULL DEFAULT 0 CHECK (given_month >= 0),
    ADD COLUMN own_day_max bigint CHECK (own_day_max >= 0),
    ADD COLUMN own_week_max bigint CHECK (own_week_max >= 0),
    ADD COLUMN own_month_max bigint CHECK (own_month_max >= 0),
    ADD COLUMN own_gift_max bigint CHECK (own_gift_max >= 0),
    ADD COLUMN rests_until timestamptz NOT NULL DEFAULT '2000-01-01';

-- A limit in force (`amount`, NULL: none) and one that is to come (at next_at; NULL: none comes). Coins for give_…, minor units of
-- `currency` for buy_….
CREATE TABLE safety.own_limit (
    account integer NOT NULL REFERENCES accounts.account (key),
    name text NOT NULL CHECK (name IN ('give_day', 'give_week', 'give_month', 'give_gift', 'buy_day', 'buy_week', 'buy_month')),
    amount bigint CHECK (amount >= 0),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    next_amount bigint CHECK (next_amount >= 0),
    next_currency text CHECK (next_currency ~ '^[A-Z]{3}$'),
    next_at timestamptz,
    PRIMARY KEY (account, name),
    CONSTRAINT money_has_a_currency CHECK ((name LIKE 'buy%' AND amount IS NOT NULL) = (currency IS NOT NULL)),
    CONSTRAINT next_money_has_a_currency CHECK ((name LIKE 'buy%' AND next_amount IS NOT NULL) = (next_currency IS NOT NULL)),
    CONSTRAINT nothing_comes_at_no_time CHECK (next_at IS NOT NULL OR next_amount IS NULL)
);
CREATE INDEX own_limit_due ON safety.own_limit (next_at) WHERE next_at IS NOT NULL;

-- Every change that somebody asked for, for ever: who may have to be shown that they asked for it.
CREATE TABLE safety.own_limit_change (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account integer NOT NULL REFERENCES accounts.account (key),
    name text NOT NULL,
    amount bigint,
    currency text,
    asked_at timestamptz NOT NULL DEFAULT now(),
    effective_at timestamptz NOT NULL
);
CREATE INDEX own_limit_change_account ON safety.own_limit_change (account, key);
CREATE TRIGGER own_limit_change_for_ever BEFORE UPDATE OR DELETE ON safety.own_limit_change FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Breaks: no buying and no giving until then; nobody shortens one.
CREATE TABLE safety.rest (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account integer NOT NULL REFERENCES accounts.account (key),
    kind text NOT NULL CHECK (kind IN ('cool_off', 'exclusion')),
    since timestamptz NOT NULL DEFAULT now(),
    until timestamptz NOT NULL,
    CONSTRAINT ends_after_it_begins CHECK (until > since)
);
CREATE INDEX rest_account ON safety.rest (account, until);
CREATE TRIGGER rest_for_ever BEFORE UPDATE OR DELETE ON safety.rest FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
