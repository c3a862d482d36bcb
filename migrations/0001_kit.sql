-- What every room stands on: the world's identity, news of committed work, the staff trail, four-eyes proposals.
CREATE SCHEMA kit;

-- One row: what this database is. `sandbox` is decided at creation; `epoch` grows at every restore or major upgrade.
CREATE TABLE kit.world (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL,
    sandbox boolean NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- News of committed work. A row is visible to a cursor only when every earlier transaction has ended:
-- readers compare (epoch, xid, id) with `xid < pg_snapshot_xmin(pg_current_snapshot())`.
CREATE TABLE kit.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch integer NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    topic text NOT NULL,
    subject bigint NOT NULL DEFAULT 0,
    body jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_order ON kit.outbox (epoch, xid, id);
CREATE INDEX outbox_subject ON kit.outbox (topic, subject, id);

CREATE TABLE kit.outbox_cursor (
    reader text PRIMARY KEY,
    epoch integer NOT NULL DEFAULT 0,
    xid xid8 NOT NULL DEFAULT '0',
    id bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
);

-- The staff trail: what operators did. chain = SHA-256(previous chain || canonical row); nothing is changed or removed.
CREATE TABLE kit.trail (
    n bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor integer NOT NULL,
    verb text NOT NULL,
    about text NOT NULL,
    body jsonb NOT NULL,
    chain bytea NOT NULL CHECK (octet_length(chain) = 32)
);

-- What one person proposes and a second one approves.
CREATE TABLE kit.proposal (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    body jsonb NOT NULL,
    reason text NOT NULL,
    ticket text NOT NULL DEFAULT '',
    proposed_by integer NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    decided_by integer,
    decided_at timestamptz,
    CONSTRAINT four_eyes CHECK (decided_by IS NULL OR state <> 'approved' OR decided_by <> proposed_by)
);
CREATE INDEX proposal_open ON kit.proposal (kind, proposed_at) WHERE state = 'open';

-- Counted attempts in a window (sign-ups, sign-ins, failures). Unlogged: a crash forgives.
CREATE UNLOGGED TABLE kit.throttle (
    key text NOT NULL,
    bucket_at timestamptz NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (key, bucket_at)
);

-- Refuses to change or remove rows of a journal.
CREATE FUNCTION kit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are for ever', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LG001';
END $$;
CREATE TRIGGER trail_for_ever BEFORE UPDATE OR DELETE ON kit.trail FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
