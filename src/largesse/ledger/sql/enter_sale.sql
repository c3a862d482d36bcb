-- Enter a sale: its transfer with its legs and the lot that it lays, whose first coins repay the wallet's debt, and count that in the
-- wallet; no row and nothing done where (kind, source) is in the books. zero_sum and leg_fits_book refuse at commit. Returns whether a
-- frozen wallet's debt is all repaid. The wallet is locked, by a statement before this one.
-- id, kind, source, happened_at; books: smallint[], holders: int[] (0 for none), currencies: text[] ('' for units), amounts: bigint[] in
-- the book's unit, debit positive; repaying: int[], how often the coins that repay debt (units) or their worth (money) are added;
-- account, class, coins, net_minor, gross_minor: minor units of currency
WITH owed AS (
    SELECT account, paid_in, frozen AND debt > 0 AND debt <= %(coins)s AS thaws, least(debt, %(coins)s::bigint) AS coins,
        %(net_minor)s::bigint * least(debt, %(coins)s::bigint) / %(coins)s::bigint AS net_minor,
        %(gross_minor)s::bigint * least(debt, %(coins)s::bigint) / %(coins)s::bigint AS gross_minor
    FROM ledger.wallet WHERE account = %(account)s
), made AS (
    INSERT INTO ledger.transfer (id, kind, source, happened_at, recorded_at)
    VALUES (%(id)s, %(kind)s, %(source)s, %(happened_at)s, now())
    ON CONFLICT (kind, source) DO NOTHING RETURNING key, recorded_at
), legs AS (
    INSERT INTO ledger.leg (transfer, n, book, holder, currency, amount)
    SELECT made.key, l.n, l.book, l.holder, l.currency, l.amount + owing.added
    FROM made, owed, unnest(%(books)s::smallint[], %(holders)s::int[], %(currencies)s::text[], %(amounts)s::bigint[], %(repaying)s::int[])
        WITH ORDINALITY AS l (book, holder, currency, amount, repaying, n),
        LATERAL (SELECT l.repaying * CASE l.currency WHEN '' THEN owed.coins ELSE owed.net_minor END) AS owing (added)
    WHERE l.amount + owing.added <> 0
), laid AS (
    INSERT INTO ledger.lot (account, class, kind, start, coins, to_debt, transfer, net_minor, gross_minor, currency, recorded_at)
    SELECT owed.account, %(class)s, %(kind)s, owed.paid_in, %(coins)s, owed.coins, made.key, %(net_minor)s, %(gross_minor)s, %(currency)s,
        made.recorded_at
    FROM made, owed
    RETURNING key, account, transfer, coins, to_debt
), cut AS (
    INSERT INTO ledger.lot_cut (lot, transfer, what, coins, net_minor, gross_minor)
    SELECT laid.key, laid.transfer, 'to_debt', owed.coins, owed.net_minor, owed.gross_minor FROM laid, owed WHERE owed.coins > 0
), counted AS (
    UPDATE ledger.wallet w SET paid_in = w.paid_in + laid.coins - laid.to_debt, debt = w.debt - laid.to_debt
    FROM laid WHERE w.account = laid.account
)
SELECT made.key, owed.thaws FROM made, owed
