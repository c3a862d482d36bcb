-- What quotes and buying limits need: what a book's currency is worth, and an order's worth in the limits' currency.

-- Millionths of a US dollar that one unit of the book's currency is worth: for quotes and limits only, set by the operator.
ALTER TABLE catalog.price_book ADD COLUMN unit_usd_micros bigint NOT NULL DEFAULT 1000000 CHECK (unit_usd_micros > 0);
ALTER TABLE catalog.price_book ADD CONSTRAINT dollar_is_a_dollar CHECK (currency <> 'USD' OR unit_usd_micros = 1000000);
ALTER TABLE catalog.price_book ADD CONSTRAINT custom_whole CHECK (num_nulls(custom_coins_min, custom_coins_max, custom_micros_per_coin) IN (0, 3)
    AND (custom_coins_min IS NULL OR (custom_coins_min BETWEEN 1 AND custom_coins_max AND custom_micros_per_coin > 0)));

-- US cents that count against the buying limit of the UTC day of created_at.
ALTER TABLE payments.purchase ADD COLUMN limit_minor bigint NOT NULL DEFAULT 0 CHECK (limit_minor >= 0);

-- An order begins as created; app-store purchases enter at paid.
CREATE FUNCTION payments.check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status NOT IN ('created', 'paid') THEN
        RAISE EXCEPTION 'purchase %: % is not where a purchase begins', NEW.id, NEW.status
            USING ERRCODE = 'LG003', CONSTRAINT = 'legal_entry';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_legal_entry BEFORE INSERT ON payments.purchase FOR EACH ROW EXECUTE FUNCTION payments.check_entry();

-- What happened to a purchase is for ever.
CREATE TRIGGER purchase_event_for_ever BEFORE UPDATE OR DELETE ON payments.purchase_event FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
