-- Lay coins that come back at the end of the paid line, say where some of them repay debt, and count them; the wallet is locked.
-- account, transfer; roots: bigint[] (lots that they first were); currencies: text[]; coins, to_debt, net_minor, gross_minor: bigint[]
WITH back AS (
    SELECT b.*, sum(b.coins - b.to_debt) OVER (ORDER BY b.n) - (b.coins - b.to_debt) AS before
    FROM unnest(%(roots)s::bigint[], %(currencies)s::text[], %(coins)s::bigint[], %(to_debt)s::bigint[], %(net_minor)s::bigint[], %(gross_minor)s::bigint[])
        WITH ORDINALITY AS b (root, currency, coins, to_debt, net_minor, gross_minor, n)
), laid AS (
    INSERT INTO ledger.lot (account, class, kind, origin, start, coins, to_debt, transfer, net_minor, gross_minor, currency)
    SELECT w.account, 'paid', 'restored', back.root, w.paid_in + back.before, back.coins, back.to_debt, %(transfer)s, back.net_minor,
        back.gross_minor, back.currency
    FROM back, ledger.wallet w WHERE w.account = %(account)s ORDER BY back.n
    RETURNING key, coins, to_debt, net_minor, gross_minor
), cut AS (
    INSERT INTO ledger.lot_cut (lot, transfer, what, coins, net_minor, gross_minor)
    SELECT key, %(transfer)s, 'to_debt', to_debt, net_minor * to_debt / coins, gross_minor * to_debt / coins FROM laid WHERE to_debt > 0
)
UPDATE ledger.wallet SET paid_in = paid_in + (SELECT sum(coins - to_debt) FROM laid) WHERE account = %(account)s
