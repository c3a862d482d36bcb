-- A store's report of totals counts units beside money: how many it says, and how many we have. NULL where a line is one sale's.
ALTER TABLE payments.reconciliation_line
    ADD COLUMN theirs_units bigint CHECK (theirs_units >= 0),
    ADD COLUMN ours_units bigint CHECK (ours_units >= 0);
DROP TRIGGER reconciliation_line_for_ever ON payments.reconciliation_line;
CREATE TRIGGER reconciliation_line_for_ever BEFORE DELETE OR UPDATE OF reconciliation, n, status, kind, ref, place, purchase, theirs_minor,
    theirs_currency, ours_minor, ours_currency, theirs_units, ours_units ON payments.reconciliation_line
    FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();
