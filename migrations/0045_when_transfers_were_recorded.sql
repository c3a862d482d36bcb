-- Transfers of some days, for reports that are held against the books. They are never changed and come in the order of their time, so a
-- few bytes for every range of pages find them, and entering one costs next to nothing more.
CREATE INDEX transfer_recorded ON ledger.transfer USING brin (recorded_at) WITH (pages_per_range = 16, autosummarize = on);
