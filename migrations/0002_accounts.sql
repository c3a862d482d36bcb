-- Who people are. Names live here and nowhere else, so that a person can be erased.
CREATE SCHEMA accounts;

CREATE TABLE accounts.account (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    username text NOT NULL CHECK (username ~ '^[a-z0-9_.]{2,24}$'),
    email text CHECK (octet_length(email) <= 254),
    display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 40),
    password_hash text,
    birth_date date NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    -- The first UTC day on which the person is of age where they live; decided by accounts.age_rule.
    adult_from date NOT NULL,
    creator_since timestamptz,
    roles text[] NOT NULL DEFAULT '{}' CHECK (roles <@ ARRAY['support', 'moderator', 'finance', 'admin']),
    simulated boolean NOT NULL DEFAULT false,
    badge_hidden boolean NOT NULL DEFAULT false,
    email_verified_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz
);
CREATE UNIQUE INDEX account_username ON accounts.account (username);
CREATE UNIQUE INDEX account_email ON accounts.account (lower(email)) WHERE email IS NOT NULL;

-- The age of giving, buying, collecting and withdrawing, by country ('' is every other country), dated.
CREATE TABLE accounts.age_rule (
    country text NOT NULL,
    effective_on date NOT NULL,
    years smallint NOT NULL CHECK (years BETWEEN 13 AND 25),
    source text NOT NULL,
    PRIMARY KEY (country, effective_on)
);
INSERT INTO accounts.age_rule VALUES
    ('', '2000-01-01', 18, 'platform rule: 18 everywhere unless a country asks for more'),
    ('KR', '2000-01-01', 19, 'Youth Protection Act, article 2');

-- Everything that can be presented as a bearer: sessions, API keys, embed, overlay and dock tokens. Only hashes.
CREATE TABLE accounts.bearer (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('session', 'api_key', 'embed', 'overlay', 'dock')),
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    account integer NOT NULL REFERENCES accounts.account (key),
    name text NOT NULL DEFAULT '',
    scopes text[] NOT NULL DEFAULT '{}',
    -- The host platform that an API key acts for; NULL is an operator's key, which may name any account.
    host integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    approved_by integer REFERENCES accounts.account (key),
    approved_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    seen_at timestamptz NOT NULL DEFAULT now(),
    second_factor_at timestamptz,
    address inet,
    device text NOT NULL DEFAULT ''
);
CREATE INDEX bearer_account ON accounts.bearer (account, kind) WHERE revoked_at IS NULL;

CREATE TABLE accounts.host (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    name text NOT NULL UNIQUE
);
CREATE TABLE accounts.host_user (
    host integer NOT NULL REFERENCES accounts.host (key),
    host_user text NOT NULL CHECK (octet_length(host_user) BETWEEN 1 AND 200),
    account integer NOT NULL REFERENCES accounts.account (key),
    PRIMARY KEY (host, host_user)
);
ALTER TABLE accounts.bearer ADD CONSTRAINT bearer_host FOREIGN KEY (host) REFERENCES accounts.host (key);

-- One-time links: password resets and e-mail verifications.
CREATE TABLE accounts.link (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    kind text NOT NULL CHECK (kind IN ('password-reset', 'email-verification')),
    account integer NOT NULL REFERENCES accounts.account (key),
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

-- Versioned terms and who accepted them.
CREATE TABLE accounts.terms (
    document text NOT NULL CHECK (document IN ('service', 'coins', 'creator')),
    version integer NOT NULL,
    effective_at timestamptz NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (document, version)
);
CREATE TABLE accounts.acceptance (
    account integer NOT NULL REFERENCES accounts.account (key),
    document text NOT NULL,
    version integer NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, document, version),
    FOREIGN KEY (document, version) REFERENCES accounts.terms (document, version)
);
INSERT INTO accounts.terms VALUES
    ('service', 1, '2026-01-01', 'Be kind. You must be 13 to join. Replace this text with your own terms before you open your doors.'),
    ('coins', 1, '2026-01-01', 'Coins are for giving on this platform only: they cannot be turned into cash, do not pass between people, and are not refunded except where the law says so.'),
    ('creator', 1, '2026-01-01', 'Diamonds are earned by gifts, by the rate shown before each gift. You must be of age to collect them.');

CREATE TABLE accounts.follow (
    follower integer NOT NULL REFERENCES accounts.account (key),
    followed integer NOT NULL REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (follower, followed),
    CHECK (follower <> followed)
);
CREATE INDEX follow_followed ON accounts.follow (followed, at);
