-- Hours of gifts closed into money: what their coins cost becomes revenue, what their diamonds are worth is owed to creators.

-- A closed UTC hour (hours since 1970): it holds the batches behind the cursor of the hour before, up to its own (by stripe). An hour in
-- which nothing was settled has no row. Numbers are as given; `transfer` is its entry, none where nothing in it is money.
CREATE TABLE ledger.hour (
    hour integer PRIMARY KEY,
    transfer bigint UNIQUE REFERENCES ledger.transfer (key),
    cursor bigint[] NOT NULL CHECK (cardinality(cursor) = 64),
    gifts bigint NOT NULL CHECK (gifts > 0),
    coins_paid bigint NOT NULL CHECK (coins_paid >= 0),
    coins_promo bigint NOT NULL CHECK (coins_promo >= 0),
    diamonds_milli bigint NOT NULL CHECK (diamonds_milli >= 0),
    -- Milli-diamonds x micros of all hours up to this one: what paid coins made creators earn, and promotional ones.
    creators_total numeric(40) NOT NULL CHECK (creators_total >= 0),
    promotion_total numeric(40) NOT NULL CHECK (promotion_total >= 0),
    closed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER hour_for_ever BEFORE UPDATE OR DELETE ON ledger.hour FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- What each lot's coins that an hour's gifts spent had cost without tax, in minor units of the lot's currency. No foreign keys: they would
-- cost more than the row.
CREATE TABLE ledger.hour_lot (
    hour integer NOT NULL,
    lot bigint NOT NULL,
    coins bigint NOT NULL CHECK (coins > 0),
    net_minor bigint NOT NULL CHECK (net_minor >= 0),
    PRIMARY KEY (lot, hour)
);
CREATE INDEX hour_lot_hour ON ledger.hour_lot USING brin (hour) WITH (autosummarize = on);
CREATE TRIGGER hour_lot_for_ever BEFORE UPDATE OR DELETE ON ledger.hour_lot FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
