-- What exists in which country, dated; and what an order pins of it.

-- The newest row of a country with effective_at <= now is in force, else that of '' (every other country). Rows are for ever.
CREATE TABLE catalog.region (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country text NOT NULL CHECK (country ~ '^([A-Z]{2})?$'),
    effective_at timestamptz NOT NULL,
    buying boolean NOT NULL,
    giving boolean NOT NULL,
    -- Turning earnings into money.
    withdrawing boolean NOT NULL,
    providers text[] NOT NULL CHECK (providers <@ ARRAY['stripe', 'paypal', 'apple', 'google', 'sandbox']),
    -- The withdrawal right: for how many days unspent coins can be given back for their price; 0 for no such right.
    withdraw_days smallint NOT NULL CHECK (withdraw_days BETWEEN 0 AND 365),
    -- Whether web prices have the tax in them, or it is added to them; the rate is that of the price book.
    tax text NOT NULL CHECK (tax IN ('included', 'added')),
    announced_at timestamptz NOT NULL DEFAULT now(),
    proposed_by integer REFERENCES accounts.account (key),
    approved_by integer REFERENCES accounts.account (key),
    reason text NOT NULL,
    UNIQUE (country, effective_at),
    CONSTRAINT region_four_eyes CHECK (num_nulls(proposed_by, approved_by) = 2 OR proposed_by <> approved_by),
    CONSTRAINT region_announced_first CHECK (announced_at <= effective_at)
);
CREATE TRIGGER region_for_ever BEFORE UPDATE OR DELETE ON catalog.region FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- No rail pays earnings out yet, so nobody is told that one does. Consumers of the European Economic Area (directive 2011/83/EU,
-- articles 9 and 16) and of the United Kingdom (Consumer Contracts Regulations 2013, regulation 29) may withdraw for 14 days.
INSERT INTO catalog.region (country, effective_at, announced_at, buying, giving, withdrawing, providers, withdraw_days, tax, reason)
SELECT country, '2026-01-01', '2026-01-01', true, true, false, '{stripe,paypal,apple,google,sandbox}', CASE country WHEN '' THEN 0 ELSE 14 END,
    'included', 'the first version, installed with the database'
FROM unnest('{"",AT,BE,BG,CY,CZ,DE,DK,EE,ES,FI,FR,GB,GR,HR,HU,IE,IS,IT,LI,LT,LU,LV,MT,NL,NO,PL,PT,RO,SE,SI,SK}'::text[]) AS country;

-- What held for the buyer when they ordered. country: theirs, '' for orders older than this table.
ALTER TABLE payments.purchase
    ADD COLUMN country text NOT NULL DEFAULT '' CHECK (country ~ '^([A-Z]{2})?$'),
    ADD COLUMN withdraw_days smallint NOT NULL DEFAULT 0 CHECK (withdraw_days BETWEEN 0 AND 365),
    ADD COLUMN tax_added boolean NOT NULL DEFAULT false;
