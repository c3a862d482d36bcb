-- Which guests are on, and may get gifts from whom: whose account is not frozen, and who did not block the giver.
-- stages, accounts, senders: int[] (a gift each)
SELECT g.stage, g.account, r.sender
FROM unnest(%(stages)s::int[], %(accounts)s::int[], %(senders)s::int[]) AS r (stage, account, sender)
JOIN stage.guest g ON g.stage = r.stage AND g.account = r.account
WHERE g.status = 'on' AND NOT EXISTS (SELECT FROM ledger.wallet w WHERE w.account = g.account AND w.frozen)
    AND NOT EXISTS (SELECT FROM safety.block b WHERE b.account = g.account AND b.blocked = r.sender)
