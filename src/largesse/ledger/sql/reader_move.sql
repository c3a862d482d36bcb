-- Moves a reader of the journal on, where nobody has moved it since; no row where somebody has. name: text;
-- before, after: bigint[64]
UPDATE ledger.reader r SET cursor = %(after)s::bigint[] WHERE r.name = %(name)s AND r.cursor = %(before)s::bigint[] RETURNING r.name
