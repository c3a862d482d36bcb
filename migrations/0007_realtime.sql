-- Tell everyone now: who owns a room, and its recent frames.
CREATE SCHEMA realtime;

-- One owner a room at a time. `epoch` grows at every take-over; frames of older epochs are refused.
CREATE TABLE realtime.lease (
    stage integer PRIMARY KEY,
    owner text NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    -- The fold persisted so far: per stripe the last batch that is counted, and the outbox row that is told.
    cursor bigint[] NOT NULL DEFAULT '{}',
    outbox_epoch integer NOT NULL DEFAULT 0,
    outbox_xid xid8 NOT NULL DEFAULT '0',
    outbox_id bigint NOT NULL DEFAULT 0,
    gifts bigint NOT NULL DEFAULT 0,
    gifters integer NOT NULL DEFAULT 0,
    coins bigint NOT NULL DEFAULT 0,
    diamonds_milli bigint NOT NULL DEFAULT 0,
    likes bigint NOT NULL DEFAULT 0,
    viewers integer NOT NULL DEFAULT 0,
    seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX lease_owner ON realtime.lease (owner);

-- What each giver gave in a room. Rankings are by the coins that were not given anonymously.
CREATE TABLE realtime.gifter (
    stage integer NOT NULL,
    sender integer NOT NULL,
    coins bigint NOT NULL,
    gifts bigint NOT NULL,
    anonymous_coins bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (stage, sender)
) WITH (fillfactor = 70);
CREATE INDEX gifter_top ON realtime.gifter (stage, (coins - anonymous_coins) DESC);

-- Recent frames, packed as they travel. `batches`: the batches folded into this frame; `outbox_…`: the last row told.
-- A new owner shows nothing that these say was shown.
CREATE UNLOGGED TABLE realtime.frame (
    stage integer NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    batches bigint[] NOT NULL,
    outbox_epoch integer NOT NULL,
    outbox_xid xid8 NOT NULL,
    outbox_id bigint NOT NULL,
    PRIMARY KEY (stage, seq)
);
CREATE INDEX frame_age ON realtime.frame USING brin (at);
