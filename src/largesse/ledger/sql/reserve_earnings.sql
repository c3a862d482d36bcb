-- Move a payout's parts of its creator's earnings, which are locked ascending: into the reserve, out of it, into what is redeemed, or back.
-- earning_bounds refuses more than came in. payout: its transfer; reserved, redeemed: -1, 0 or 1, how often each part is added to either
WITH locked AS MATERIALIZED (
    SELECT e.creator, e.day, e.policy, e.stripe, p.milli
    FROM ledger.payout o JOIN ledger.payout_part p ON p.payout = o.transfer
    JOIN ledger.earning e ON (e.creator, e.day, e.policy, e.stripe) = (o.creator, p.day, p.policy, p.stripe)
    WHERE o.transfer = %(payout)s ORDER BY e.day, e.policy, e.stripe FOR NO KEY UPDATE OF e
)
UPDATE ledger.earning e SET milli_reserved = e.milli_reserved + l.milli * %(reserved)s, milli_redeemed = e.milli_redeemed + l.milli * %(redeemed)s
FROM locked l WHERE (e.creator, e.day, e.policy, e.stripe) = (l.creator, l.day, l.policy, l.stripe)
