-- Give a transfer of this transaction its legs. transfer; books: smallint[], holders: int[] (0 for none), currencies: text[] ('' for
-- units), amounts: bigint[] in the book's unit, debit positive
INSERT INTO ledger.leg (transfer, n, book, holder, currency, amount)
SELECT %(transfer)s, l.n, l.book, l.holder, l.currency, l.amount
FROM unnest(%(books)s::smallint[], %(holders)s::int[], %(currencies)s::text[], %(amounts)s::bigint[])
    WITH ORDINALITY AS l (book, holder, currency, amount, n)
