-- Letters that were sent, or need not be. accounts: int[]; broadcasts: int[], of the same length
DELETE FROM stage.letter l USING unnest(%(accounts)s::int[], %(broadcasts)s::int[]) AS d (account, broadcast)
WHERE l.account = d.account AND l.broadcast = d.broadcast
