-- The cursor of a reader of the journal. name: text
SELECT r.cursor FROM ledger.reader r WHERE r.name = %(name)s
