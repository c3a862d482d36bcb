-- Transfers on a wallet before a key, newest first. coins: signed, of both classes; a repaid debt is none.
-- account, before: key, n: rows
SELECT t.key, t.kind, t.source, t.recorded_at, l.coins
FROM (
    SELECT transfer, coalesce(sum(amount) FILTER (WHERE book IN (2, 6)), 0)::bigint AS coins
    FROM ledger.leg WHERE holder = %(account)s AND book IN (2, 6, 9) AND transfer < %(before)s
    GROUP BY transfer ORDER BY transfer DESC LIMIT %(n)s
) l JOIN ledger.transfer t ON t.key = l.transfer ORDER BY t.key DESC
