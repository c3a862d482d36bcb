-- What a creator lets be said in their rooms, who helps them, what is pinned, and what was asked.

-- Rules of a creator's rooms, in every LIVE of theirs. `words` are kept as they are compared: folded.
CREATE TABLE stage.rule (
    creator integer PRIMARY KEY REFERENCES accounts.account (key),
    slow_s smallint NOT NULL DEFAULT 0 CHECK (slow_s BETWEEN 0 AND 600),
    emoji_only boolean NOT NULL DEFAULT false,
    followers_only boolean NOT NULL DEFAULT false,
    words text[] NOT NULL DEFAULT '{}' CHECK (cardinality(words) <= 200),
    at timestamptz NOT NULL DEFAULT now()
);

-- Who may moderate a creator's rooms.
CREATE TABLE stage.moderator (
    creator integer NOT NULL REFERENCES accounts.account (key),
    account integer NOT NULL REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (creator, account),
    CONSTRAINT not_oneself CHECK (creator <> account)
);
CREATE INDEX moderator_account ON stage.moderator (account);

-- The comment that stands above the others of a LIVE.
CREATE TABLE stage.pin (
    stage integer PRIMARY KEY REFERENCES stage.stage (key),
    comment uuid NOT NULL REFERENCES stage.comment (id),
    at timestamptz NOT NULL DEFAULT now()
);

-- Questions to the creator of a LIVE. `status`: open, answered, dismissed.
CREATE TABLE stage.question (
    id uuid PRIMARY KEY,
    stage integer NOT NULL REFERENCES stage.stage (key),
    sender integer NOT NULL REFERENCES accounts.account (key),
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 300),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'dismissed')),
    at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    CONSTRAINT decided_once CHECK ((status = 'open') = (decided_at IS NULL))
);
CREATE INDEX question_stage ON stage.question (stage, status, id);

-- When somebody last spoke in a room: for slow rooms.
CREATE INDEX comment_sender ON stage.comment (stage, sender, at DESC);
