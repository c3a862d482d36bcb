-- What a creator owes of which taking and policy, the oldest first, and how much of each is set off. The creator is locked. creator
SELECT r.transfer AS claim, r.policy, r.milli, r.minor, s.milli AS gone
FROM ledger.receivable r
CROSS JOIN LATERAL (
    SELECT coalesce(sum(o.milli), 0)::bigint AS milli FROM ledger.setoff o
    WHERE o.creator = r.creator AND o.claim = r.transfer AND o.claim_policy = r.policy
) s
WHERE r.creator = %(creator)s AND r.undoes IS NULL AND s.milli < r.milli
    AND NOT EXISTS (SELECT FROM ledger.receivable u WHERE (u.undoes, u.creator, u.policy) = (r.transfer, r.creator, r.policy))
ORDER BY r.transfer, r.policy
