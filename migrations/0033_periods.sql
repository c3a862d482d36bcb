-- Months that are frozen: nothing is posted into one any more, and what it came to stays written down.

-- A frozen month, by two people. All earlier ones are frozen with it.
CREATE TABLE ledger.period (
    month date PRIMARY KEY CHECK (month = date_trunc('month', month)),
    proposed_by integer NOT NULL REFERENCES accounts.account (key),
    approved_by integer NOT NULL REFERENCES accounts.account (key),
    frozen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT two_people CHECK (proposed_by <> approved_by)
);
CREATE TRIGGER period_for_ever BEFORE UPDATE OR DELETE ON ledger.period FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- The trial balance of a frozen month, in each book's own unit. Gifts count with their closed hours.
CREATE TABLE ledger.period_balance (
    month date NOT NULL REFERENCES ledger.period (month),
    book smallint NOT NULL REFERENCES ledger.book (key),
    currency text NOT NULL,
    opening bigint NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    PRIMARY KEY (month, book, currency)
);
CREATE TRIGGER period_balance_for_ever BEFORE UPDATE OR DELETE ON ledger.period_balance FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- The month to which an entry belongs: that of its record, of a closed hour that of the hour; but never a frozen one.
ALTER TABLE ledger.transfer ADD COLUMN period date;
ALTER TABLE ledger.hour ADD COLUMN period date;
ALTER TABLE ledger.transfer DISABLE TRIGGER transfer_for_ever;
ALTER TABLE ledger.hour DISABLE TRIGGER hour_for_ever;
UPDATE ledger.transfer SET period = date_trunc('month', (CASE kind WHEN 'close' THEN happened_at ELSE recorded_at END) AT TIME ZONE 'UTC');
UPDATE ledger.hour SET period = date_trunc('month', to_timestamp(hour * 3600.0) AT TIME ZONE 'UTC');
ALTER TABLE ledger.transfer ENABLE TRIGGER transfer_for_ever;
ALTER TABLE ledger.hour ENABLE TRIGGER hour_for_ever;
ALTER TABLE ledger.transfer ALTER COLUMN period SET NOT NULL;
ALTER TABLE ledger.hour ALTER COLUMN period SET NOT NULL;
CREATE INDEX transfer_period ON ledger.transfer (period, key);

-- Whoever freezes takes ledger.period alone (EXCLUSIVE), so no entry is under way then; whoever waited for that reads what was frozen.
CREATE FUNCTION ledger.open_month(at timestamptz) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE ledger.period IN ROW SHARE MODE;
    RETURN greatest(date_trunc('month', at AT TIME ZONE 'UTC')::date, (SELECT (max(month) + interval '1 month')::date FROM ledger.period));
END $$;
CREATE FUNCTION ledger.give_transfer_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.period := ledger.open_month(CASE NEW.kind WHEN 'close' THEN NEW.happened_at ELSE NEW.recorded_at END);
    RETURN NEW;
END $$;
CREATE FUNCTION ledger.give_hour_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.period := ledger.open_month(to_timestamp(NEW.hour * 3600.0));
    RETURN NEW;
END $$;
CREATE TRIGGER transfer_period BEFORE INSERT ON ledger.transfer FOR EACH ROW EXECUTE FUNCTION ledger.give_transfer_period();
CREATE TRIGGER hour_period BEFORE INSERT ON ledger.hour FOR EACH ROW EXECUTE FUNCTION ledger.give_hour_period();

-- A leg belongs to the entry of its transaction: none is added to an entry of a frozen month.
CREATE FUNCTION ledger.refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT transfer FROM added) a JOIN ledger.transfer t ON t.key = a.transfer
               WHERE t.period <= (SELECT max(month) FROM ledger.period)) THEN
        RAISE EXCEPTION 'a leg for an entry of a frozen month is refused' USING ERRCODE = 'LG003', CONSTRAINT = 'month_is_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leg_month_is_open AFTER INSERT ON ledger.leg REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_frozen();

-- What each book had before a month, and what went in and out in it: from the newest frozen month before it on.
CREATE FUNCTION ledger.trial_balance(asked date) RETURNS TABLE (book smallint, currency text, opening bigint, debit bigint, credit bigint)
LANGUAGE sql STABLE AS $$
    WITH base AS (SELECT coalesce(max(month), '-infinity') AS month FROM ledger.period WHERE month < asked), moved AS (
        SELECT l.book, l.currency, t.period, l.amount
        FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key WHERE t.period > (SELECT month FROM base) AND t.period <= asked
        UNION ALL
        SELECT v.book, '', h.period, v.amount
        FROM ledger.hour h CROSS JOIN LATERAL (VALUES (2::smallint, -h.coins_paid), (3, h.coins_paid), (6, -h.coins_promo), (7, h.coins_promo),
            (11, -h.diamonds_milli), (12, h.diamonds_milli)) AS v (book, amount)
        WHERE h.period > (SELECT month FROM base) AND h.period <= asked AND v.amount <> 0
        UNION ALL
        SELECT p.book, p.currency, p.month, p.opening + p.debit - p.credit FROM ledger.period_balance p WHERE p.month = (SELECT month FROM base)
    )
    SELECT m.book, m.currency, coalesce(sum(m.amount) FILTER (WHERE m.period < asked), 0)::bigint,
        coalesce(sum(m.amount) FILTER (WHERE m.period = asked AND m.amount > 0), 0)::bigint,
        coalesce(-sum(m.amount) FILTER (WHERE m.period = asked AND m.amount < 0), 0)::bigint
    FROM moved m GROUP BY m.book, m.currency
$$;
