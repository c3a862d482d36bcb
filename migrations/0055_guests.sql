-- Guests: who is in a LIVE beside its creator, and what is given to them.

-- Who asked, was invited, or is in a LIVE beside its creator; `off` is nobody's place any more. `since`: of this status.
-- `joined_at`: when they first came in; null for who never did. Rows stay: gifts to a guest are found by them.
CREATE TABLE stage.guest (
    stage integer NOT NULL REFERENCES stage.stage (key),
    account integer NOT NULL REFERENCES accounts.account (key),
    status text NOT NULL CHECK (status IN ('asked', 'invited', 'on', 'off')),
    since timestamptz NOT NULL DEFAULT now(),
    joined_at timestamptz,
    PRIMARY KEY (stage, account),
    CONSTRAINT on_has_joined CHECK (status <> 'on' OR joined_at IS NOT NULL)
);
CREATE INDEX guest_account ON stage.guest (account) WHERE joined_at IS NOT NULL;

-- One posting per (guest, LIVE, batch) in which something was given to the guest: their histories. `alone`: nothing in
-- that batch was given to the LIVE's creator there. A batch without gifts to guests posts nothing.
CREATE TABLE ledger.hosted (
    receiver integer NOT NULL,
    stage integer NOT NULL,
    hour integer NOT NULL,
    batch bigint NOT NULL,
    alone boolean NOT NULL
);
CREATE INDEX hosted_receiver ON ledger.hosted (receiver, hour);
CREATE INDEX hosted_stage ON ledger.hosted (stage, batch) WHERE alone;

-- What a room counts for its guests: coins by account.
ALTER TABLE realtime.lease ADD COLUMN guests jsonb NOT NULL DEFAULT '{}';
