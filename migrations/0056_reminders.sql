-- Who wants to know when a LIVE begins, and what people were told of LIVEs.

CREATE TABLE stage.reminder (
    stage integer NOT NULL REFERENCES stage.stage (key),
    account integer NOT NULL REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, account)
);

-- Something to be told of a LIVE to everybody whom it concerns, in batches: `told_until` is the last account that was told.
-- `scheduled_at` is the time that it was about, so that each time is told of once.
CREATE TABLE stage.broadcast (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage integer NOT NULL REFERENCES stage.stage (key),
    kind text NOT NULL CHECK (kind IN ('announced', 'moved', 'cancelled', 'soon', 'started')),
    scheduled_at timestamptz,
    at timestamptz NOT NULL DEFAULT now(),
    told_until integer NOT NULL DEFAULT 0,
    done_at timestamptz
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX soon_once ON stage.broadcast (stage, scheduled_at) WHERE kind = 'soon';
CREATE INDEX broadcast_waits ON stage.broadcast (key) WHERE done_at IS NULL;

-- One row a person and LIVE: what stands there now. The newest broadcast wins, whichever worker comes first.
CREATE TABLE stage.notification (
    account integer NOT NULL REFERENCES accounts.account (key),
    stage integer NOT NULL REFERENCES stage.stage (key),
    broadcast integer NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    seen_at timestamptz,
    PRIMARY KEY (account, stage)
) WITH (fillfactor = 70);
CREATE INDEX notification_newest ON stage.notification (account, broadcast);
CREATE INDEX notification_stage ON stage.notification (stage, account);
CREATE INDEX notification_at ON stage.notification USING brin (at);
-- Followers of a creator, from one on.
CREATE INDEX follow_of ON accounts.follow (followed, follower);
CREATE INDEX stage_coming ON stage.stage (scheduled_at) WHERE status = 'scheduled' AND scheduled_at IS NOT NULL;
