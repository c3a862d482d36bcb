-- Letters that no server took are tried again after a pause that doubles. accounts: int[]; broadcasts: int[]; pause_s: the first
UPDATE stage.letter l SET due_at = now() + make_interval(secs => %(pause_s)s * power(2, l.tries - 1))
FROM unnest(%(accounts)s::int[], %(broadcasts)s::int[]) AS d (account, broadcast) WHERE l.account = d.account AND l.broadcast = d.broadcast
