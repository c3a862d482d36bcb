-- Batches of payouts between two audits, and what people rule of payouts about which a rail stays silent.

-- A run that hands payouts over. The books are proved before it and after it; findings before it, and nothing is handed over.
CREATE TABLE payouts.batch (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- rails: each to its own rail; or the rail whose file it was.
    kind text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    findings_before integer CHECK (findings_before >= 0),
    payouts integer NOT NULL DEFAULT 0 CHECK (payouts >= 0),
    findings_after integer CHECK (findings_after >= 0),
    -- The first finding, for people.
    finding text NOT NULL DEFAULT '',
    ended_at timestamptz,
    CONSTRAINT audited_first CHECK (payouts = 0 OR findings_before = 0)
);
CREATE INDEX batch_open ON payouts.batch (began_at) WHERE ended_at IS NULL;
CREATE TRIGGER batch_for_ever BEFORE DELETE OR UPDATE OF key, kind, began_at ON payouts.batch FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- What a person found out of a payout that its rail says nothing of; their last word counts.
CREATE TABLE payouts.ruling (
    payout uuid NOT NULL REFERENCES payouts.payout (id),
    ruled_by integer NOT NULL REFERENCES accounts.account (key),
    outcome text NOT NULL CHECK (outcome IN ('paid', 'failed')),
    reference text NOT NULL DEFAULT '',
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payout, ruled_by)
);
