-- What a report moves in all, beside what the books moved, a currency each; of a bank's statement its balances at both ends. Minor units.
CREATE TABLE payments.reconciliation_sum (
    reconciliation uuid NOT NULL REFERENCES payments.reconciliation (id),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    theirs_minor bigint NOT NULL,
    ours_minor bigint NOT NULL,
    opening_minor bigint,
    closing_minor bigint,
    PRIMARY KEY (reconciliation, currency)
);
CREATE TRIGGER reconciliation_sum_for_ever BEFORE UPDATE OR DELETE ON payments.reconciliation_sum
    FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
