-- Campaigns: promotional coins for what people do, within a budget; and price books that are to come.

-- A campaign that a second person approved; its id is its proposal's. Only what it has granted changes, and when it ended.
CREATE TABLE payments.campaign (
    id uuid PRIMARY KEY REFERENCES kit.proposal (id),
    name text NOT NULL,
    trigger text NOT NULL CHECK (trigger IN ('email_verified', 'first_purchase', 'code')),
    code text UNIQUE CHECK (code ~ '^[A-Z0-9-]{6,40}$'),
    -- Promotional coins of one grant, and of all grants together.
    coins integer NOT NULL CHECK (coins > 0),
    budget_coins bigint NOT NULL CHECK (budget_coins >= coins),
    grants_per_person_max smallint NOT NULL CHECK (grants_per_person_max BETWEEN 1 AND 100),
    -- The window: what happens in [starts_at, ends_at) counts, and nothing that happened before the approval.
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    approved_at timestamptz NOT NULL DEFAULT now(),
    granted_coins bigint NOT NULL DEFAULT 0 CHECK (granted_coins >= 0),
    ended_at timestamptz,
    CONSTRAINT budget_holds CHECK (granted_coins <= budget_coins),
    CONSTRAINT begins_before_it_ends CHECK (starts_at < ends_at),
    CONSTRAINT begins_after_approval CHECK (starts_at >= approved_at),
    CONSTRAINT codes_have_a_code CHECK ((trigger = 'code') = (code IS NOT NULL)),
    CONSTRAINT happens_once CHECK (trigger = 'code' OR grants_per_person_max = 1)
);
CREATE INDEX campaign_window ON payments.campaign (trigger, ends_at);

CREATE FUNCTION payments.keep_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.granted_coins < OLD.granted_coins OR OLD.ended_at IS DISTINCT FROM NEW.ended_at AND OLD.ended_at IS NOT NULL
        OR (to_jsonb(NEW) - 'granted_coins' - 'ended_at') <> (to_jsonb(OLD) - 'granted_coins' - 'ended_at') THEN
        RAISE EXCEPTION 'campaign %: an approved one is never changed', OLD.id USING ERRCODE = 'LG001', CONSTRAINT = 'campaign_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER campaign_stands BEFORE UPDATE OR DELETE ON payments.campaign FOR EACH ROW EXECUTE FUNCTION payments.keep_campaign();

-- What a campaign granted, for ever: the n-th time to this person. In the books it is the grant `campaign:<id>`.
CREATE TABLE payments.campaign_grant (
    id uuid PRIMARY KEY,
    campaign uuid NOT NULL REFERENCES payments.campaign (id),
    account integer NOT NULL REFERENCES accounts.account (key),
    n smallint NOT NULL CHECK (n > 0),
    coins integer NOT NULL CHECK (coins > 0),
    granted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT once_a_person UNIQUE (campaign, account, n)
);
CREATE INDEX campaign_grant_newest ON payments.campaign_grant (campaign, id);
CREATE TRIGGER campaign_grant_for_ever BEFORE UPDATE OR DELETE ON payments.campaign_grant FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- A price book that a second person approved, until its time comes. `content` is the whole book as the office says it.
CREATE TABLE catalog.coming_book (
    id uuid PRIMARY KEY REFERENCES kit.proposal (id),
    region text NOT NULL CHECK (region ~ '^[A-Z]{2}$'),
    channel text NOT NULL CHECK (channel IN ('web', 'apple', 'google')),
    content jsonb NOT NULL,
    effective_at timestamptz NOT NULL,
    applied_at timestamptz,
    canceled_at timestamptz,
    CONSTRAINT one_end CHECK (applied_at IS NULL OR canceled_at IS NULL)
);
CREATE INDEX coming_book_due ON catalog.coming_book (effective_at) WHERE applied_at IS NULL AND canceled_at IS NULL;
