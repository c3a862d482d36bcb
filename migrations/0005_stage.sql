-- Where it happens: LIVEs (and later videos), their rooms, comments, and what is said with a gift.
CREATE SCHEMA stage;

CREATE TABLE stage.stage (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('live', 'video')),
    creator integer NOT NULL REFERENCES accounts.account (key),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 120),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    cover text,
    status text NOT NULL CHECK (status IN ('scheduled', 'live', 'ended')),
    gifts_enabled boolean NOT NULL DEFAULT true,
    scheduled_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    likes bigint NOT NULL DEFAULT 0,
    viewers_peak integer NOT NULL DEFAULT 0,
    -- Sum of viewers over seconds while live: the average is viewer_seconds / duration.
    viewer_seconds bigint NOT NULL DEFAULT 0,
    simulated boolean NOT NULL DEFAULT false,
    CONSTRAINT started_once CHECK ((status = 'scheduled') = (started_at IS NULL)),
    CONSTRAINT ended_once CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
CREATE INDEX stage_live ON stage.stage (started_at DESC) WHERE status = 'live';
CREATE INDEX stage_scheduled ON stage.stage (scheduled_at) WHERE status = 'scheduled';
CREATE INDEX stage_ended ON stage.stage (ended_at) WHERE status = 'ended';
CREATE INDEX stage_creator ON stage.stage (creator, key DESC);
CREATE UNIQUE INDEX one_live_per_creator ON stage.stage (creator) WHERE status = 'live';

-- Who may not give or speak here. `until` NULL is for good.
CREATE TABLE stage.ban (
    stage integer NOT NULL REFERENCES stage.stage (key),
    account integer NOT NULL REFERENCES accounts.account (key),
    kind text NOT NULL CHECK (kind IN ('ban', 'mute')),
    until timestamptz,
    actor integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, account, kind)
);

CREATE TABLE stage.comment (
    id uuid PRIMARY KEY,
    stage integer NOT NULL,
    sender integer NOT NULL,
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 300),
    at timestamptz NOT NULL DEFAULT now(),
    hidden_by integer
);
CREATE INDEX comment_stage ON stage.comment (stage, id);

-- What is said with a gift: outside the journal, so that it can be erased.
CREATE TABLE stage.note (
    sender integer NOT NULL,
    gift uuid NOT NULL,
    stage integer NOT NULL,
    combo text CHECK (char_length(combo) <= 64),
    message text CHECK (char_length(message) <= 200),
    PRIMARY KEY (sender, gift)
);

-- Unique viewers of a LIVE; viewer is an account key, or minus a hash of a guest's token.
CREATE TABLE stage.viewing (
    stage integer NOT NULL,
    viewer bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, viewer)
);

CREATE TABLE stage.thanks (
    stage integer NOT NULL,
    account integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, account)
);
