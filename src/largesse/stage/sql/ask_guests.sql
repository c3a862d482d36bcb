-- Which guests are on, and may get gifts: whose account is not frozen. stages, accounts: int[] (pairs)
SELECT g.stage, g.account FROM unnest(%(stages)s::int[], %(accounts)s::int[]) AS r (stage, account)
JOIN stage.guest g ON g.stage = r.stage AND g.account = r.account
WHERE g.status = 'on' AND NOT EXISTS (SELECT FROM ledger.wallet w WHERE w.account = g.account AND w.frozen)
