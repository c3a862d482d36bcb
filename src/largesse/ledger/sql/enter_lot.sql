-- Enter a transfer with its legs and the lot that it lays at the end of its line, and count that in the wallet; no row and nothing
-- done where (kind, source) is in the books. zero_sum and leg_fits_book refuse at commit. The wallet is locked.
-- id, kind: purchase|grant|adjustment, source, happened_at; books: smallint[], holders: int[] (0 for none), currencies: text[] ('' for
-- units), amounts: bigint[] in the book's unit, debit positive; account, class: paid|promo, coins, net_minor, gross_minor: minor units of
-- currency
WITH made AS (
    INSERT INTO ledger.transfer (id, kind, source, happened_at, recorded_at)
    VALUES (%(id)s, %(kind)s, %(source)s, %(happened_at)s, now())
    ON CONFLICT (kind, source) DO NOTHING RETURNING key, recorded_at
), legs AS (
    INSERT INTO ledger.leg (transfer, n, book, holder, currency, amount)
    SELECT made.key, l.n, l.book, l.holder, l.currency, l.amount
    FROM made, unnest(%(books)s::smallint[], %(holders)s::int[], %(currencies)s::text[], %(amounts)s::bigint[])
        WITH ORDINALITY AS l (book, holder, currency, amount, n)
), laid AS (
    INSERT INTO ledger.lot (account, class, kind, start, coins, transfer, net_minor, gross_minor, currency, recorded_at)
    SELECT w.account, %(class)s, %(kind)s, CASE WHEN %(class)s = 'paid' THEN w.paid_in ELSE w.promo_in END, %(coins)s, made.key,
        %(net_minor)s, %(gross_minor)s, %(currency)s, made.recorded_at
    FROM made, ledger.wallet w WHERE w.account = %(account)s
    RETURNING account, class, coins
), counted AS (
    UPDATE ledger.wallet w SET paid_in = w.paid_in + CASE laid.class WHEN 'paid' THEN laid.coins ELSE 0 END,
        promo_in = w.promo_in + CASE laid.class WHEN 'promo' THEN laid.coins ELSE 0 END
    FROM laid WHERE w.account = laid.account
)
SELECT key FROM made
