-- Facts that speak of risk, as the rooms above come to know them: each once, for ever, by numbers alone.
CREATE TABLE safety.signal (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('shared-payout-method', 'payment-disputed')),
    subject integer NOT NULL REFERENCES accounts.account (key),
    -- Other accounts that it speaks of, the first of them; and how many there were.
    related integer[] NOT NULL,
    related_count integer NOT NULL,
    weight smallint NOT NULL CHECK (weight BETWEEN 1 AND 100),
    -- What gave cause for it, such as payout_method:<uuid>.
    source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 100),
    noted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT related_are_counted CHECK (related_count >= cardinality(related)),
    CONSTRAINT related_to_others CHECK (subject <> ALL (related)),
    UNIQUE (kind, subject, source)
);
CREATE INDEX signal_subject ON safety.signal (subject, key);
CREATE TRIGGER signal_for_ever BEFORE UPDATE OR DELETE ON safety.signal FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
