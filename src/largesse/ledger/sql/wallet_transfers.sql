-- Transfers on a wallet before a key, newest first. coins: signed, of both classes; debt: how much more is owed, signed; clawed, reversed:
-- spent coins that an event took back, and how many of them came out of gifts. account, before: key, n: rows
-- The index of holders has none of holder 0: what says so finds it by the plan for all accounts too.
SELECT t.key, t.kind, t.source, t.recorded_at, l.coins, coalesce(k.debt - k.set_off, -l.repaid) AS debt, coalesce(k.clawed, 0) AS clawed,
    coalesce(k.reversed_coins, 0) AS reversed
FROM (
    SELECT transfer, sum(coins)::bigint AS coins, sum(repaid)::bigint AS repaid FROM (
        (SELECT transfer, coalesce(sum(amount) FILTER (WHERE book IN (2, 6)), 0) AS coins, coalesce(sum(amount) FILTER (WHERE book = 9), 0) AS repaid
         FROM ledger.leg WHERE holder = %(account)s AND holder <> 0 AND book IN (2, 6, 9) AND transfer < %(before)s
         GROUP BY transfer ORDER BY transfer DESC LIMIT %(n)s)
        UNION ALL
        (SELECT transfer, 0, 0 FROM ledger.taking WHERE account = %(account)s AND transfer < %(before)s ORDER BY transfer DESC LIMIT %(n)s)
    ) f GROUP BY transfer ORDER BY transfer DESC LIMIT %(n)s
) l JOIN ledger.transfer t ON t.key = l.transfer LEFT JOIN ledger.taking k ON k.transfer = t.key ORDER BY t.key DESC
