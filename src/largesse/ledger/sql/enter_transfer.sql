-- Enter a transfer with its legs; no row where (kind, source) is in the books. zero_sum and leg_fits_book refuse at commit.
-- id, kind, source, happened_at, books: smallint[], holders: int[] (0 for none), currencies: text[] ('' for units),
-- amounts: bigint[] in the book's unit, debit positive
WITH made AS (
    INSERT INTO ledger.transfer (id, kind, source, happened_at, recorded_at)
    VALUES (%(id)s, %(kind)s, %(source)s, %(happened_at)s, now())
    ON CONFLICT (kind, source) DO NOTHING RETURNING key
), legs AS (
    INSERT INTO ledger.leg (transfer, n, book, holder, currency, amount)
    SELECT made.key, l.n, l.book, l.holder, l.currency, l.amount
    FROM made, unnest(%(books)s::smallint[], %(holders)s::int[], %(currencies)s::text[], %(amounts)s::bigint[])
        WITH ORDINALITY AS l (book, holder, currency, amount, n)
)
SELECT key FROM made
