-- Tell everyone now: who owns a room, and its recent frames.
CREATE SCHEMA realtime;

-- One owner a room at a time. `epoch` grows at every take-over; frames of older epochs are refused.
CREATE TABLE realtime.lease (
    stage integer PRIMARY KEY,
    owner text NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    -- The fold of gifts persisted so far: per stripe the last batch that is counted.
    cursor bigint[] NOT NULL DEFAULT '{}',
    outbox_epoch integer NOT NULL DEFAULT 0,
    outbox_xid xid8 NOT NULL DEFAULT '0',
    outbox_id bigint NOT NULL DEFAULT 0,
    gifts bigint NOT NULL DEFAULT 0,
    coins bigint NOT NULL DEFAULT 0,
    diamonds_milli bigint NOT NULL DEFAULT 0,
    likes bigint NOT NULL DEFAULT 0,
    viewers integer NOT NULL DEFAULT 0,
    seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- What each giver gave in a room; sender 0 is all anonymous givers together for ranking, counted singly in `gifter`.
CREATE TABLE realtime.gifter (
    stage integer NOT NULL,
    sender integer NOT NULL,
    coins bigint NOT NULL,
    gifts bigint NOT NULL,
    anonymous_coins bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (stage, sender)
) WITH (fillfactor = 70);
CREATE INDEX gifter_top ON realtime.gifter (stage, coins DESC);

CREATE UNLOGGED TABLE realtime.frame (
    stage integer NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (stage, seq)
);
CREATE INDEX frame_age ON realtime.frame USING brin (at);
