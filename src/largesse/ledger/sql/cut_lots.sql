-- Remove unspent coins from lots, and say why; lot_bounds refuses more than a lot has. The wallet is locked.
-- lots: bigint[], coins: bigint[] (of each), transfer
WITH cut AS (
    SELECT lot, coins FROM unnest(%(lots)s::bigint[], %(coins)s::bigint[]) AS u (lot, coins)
), noted AS (
    INSERT INTO ledger.lot_cut (lot, transfer, what, coins) SELECT lot, %(transfer)s, 'removed', coins FROM cut
)
UPDATE ledger.lot l SET removed = l.removed + cut.coins FROM cut WHERE l.key = cut.lot
