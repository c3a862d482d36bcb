-- Whom people do not want near them, and what was reported to those who keep order.

-- Whom somebody blocked. `receipt`: the anonymous gift whose giver it is, who stays unknown to the one who blocks; '' for a person
-- who was named. One person may stand in several rows of the same list, so that nothing in it tells who gave anonymously.
CREATE TABLE safety.block (
    id uuid PRIMARY KEY,
    account integer NOT NULL REFERENCES accounts.account (key),
    blocked integer NOT NULL REFERENCES accounts.account (key),
    receipt text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT blocked_once UNIQUE (account, blocked, receipt),
    CONSTRAINT not_oneself CHECK (account <> blocked)
);
CREATE INDEX block_blocked ON safety.block (blocked);

-- What was reported, once for each thing while it is open. `about`: the public id of a LIVE, a video, a comment or an account;
-- `account`: who is answerable for it; `stage`: where it is, where it is somewhere.
CREATE TABLE stage.report (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('live', 'video', 'comment', 'acct')),
    about uuid NOT NULL,
    account integer NOT NULL REFERENCES accounts.account (key),
    stage integer REFERENCES stage.stage (key),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acted', 'dismissed')),
    opened_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    decided_by integer REFERENCES accounts.account (key),
    decision text,
    note text CHECK (char_length(note) <= 500),
    CONSTRAINT decided_whole CHECK ((status = 'open') = (decided_at IS NULL) AND (status = 'open') = (decision IS NULL))
);
CREATE UNIQUE INDEX report_open ON stage.report (kind, about) WHERE status = 'open';
CREATE INDEX report_status ON stage.report (status, id);

-- What each person said about it.
CREATE TABLE stage.report_by (
    report uuid NOT NULL REFERENCES stage.report (id),
    reporter integer NOT NULL REFERENCES accounts.account (key),
    reason text NOT NULL,
    text text NOT NULL DEFAULT '' CHECK (char_length(text) <= 500),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (report, reporter)
);
CREATE INDEX report_by_reporter ON stage.report_by (reporter, at DESC);
