-- What creators owe that is not what the clawed coins of its taking come to, is undone or set off other than it was booked, or that the
-- entries do not say; and set-offs without an entry.
WITH clawed AS (
    SELECT c.transfer, l.account, unnest(c.at) AS at FROM ledger.lot_cut c JOIN ledger.lot l ON l.key = c.lot
    WHERE c.what = 'clawed' AND c.coins > 0 AND EXISTS (SELECT FROM policy.version v WHERE v.receivable)
), due AS (
    SELECT x.transfer, x.creator, x.policy, sum(x.milli) AS milli FROM (
        SELECT c.transfer, g.receiver AS creator, g.policy, (least(upper(c.at), g.paid_before + g.coins_paid) - greatest(lower(c.at), g.paid_before))
            * v.share_bps / 10 AS milli
        FROM clawed c JOIN ledger.gift g ON g.sender = c.account AND g.paid_before < upper(c.at) AND g.paid_before + g.coins_paid > lower(c.at)
        JOIN policy.version v ON v.key = g.policy AND v.receivable AND v.diamond_value_micros > 0
        UNION ALL
        SELECT p.transfer, p.receiver, p.policy, -p.milli FROM ledger.gift_part p
        JOIN policy.version v ON v.key = p.policy AND v.receivable AND v.diamond_value_micros > 0 WHERE p.transfer IN (SELECT transfer FROM clawed)
    ) x GROUP BY 1, 2, 3 HAVING sum(x.milli) <> 0
), claim AS (
    SELECT r.transfer, r.creator, r.policy, r.milli, r.minor, r.milli * v.diamond_value_micros::numeric AS worth FROM ledger.receivable r JOIN policy.version v ON v.key = r.policy
    WHERE r.undoes IS NULL
), gone AS (
    SELECT claim, creator, claim_policy, sum(milli) AS milli, sum(minor) AS minor FROM ledger.setoff GROUP BY 1, 2, 3
), said AS (
    SELECT transfer, creator, sum(minor) AS minor, sum(milli) AS milli, sum(worth) AS worth FROM (
        SELECT transfer, creator, minor, 0 AS milli, 0 AS worth FROM ledger.receivable
        UNION ALL SELECT transfer, creator, -minor, milli, worth_minor FROM ledger.setoff
    ) s GROUP BY 1, 2
), entered AS (
    SELECT l.transfer, l.holder AS creator, sum(l.amount) FILTER (WHERE l.book = 24) AS minor, -sum(l.amount) FILTER (WHERE l.book = 12 AND t.kind = 'setoff') AS milli
    FROM ledger.leg l JOIN ledger.transfer t ON t.key = l.transfer WHERE l.book = 24 OR (l.book = 12 AND t.kind = 'setoff') GROUP BY 1, 2
), lone AS (
    SELECT t.key AS transfer, coalesce(sum(l.amount) FILTER (WHERE l.book = 33), 0) AS worth FROM ledger.transfer t JOIN ledger.leg l ON l.transfer = t.key
    WHERE t.kind = 'setoff' GROUP BY t.key
)
SELECT format('transfer %s', coalesce(c.transfer, d.transfer)) AS about, format('creator %s owes %s milli-diamonds of gifts under policy %s since it; those gifts say %s',
    coalesce(c.creator, d.creator), coalesce(c.milli, 0), coalesce(c.policy, d.policy), coalesce(d.milli, 0)) AS detail
FROM claim c FULL JOIN due d ON (d.transfer, d.creator, d.policy) = (c.transfer, c.creator, c.policy) WHERE coalesce(c.milli, 0) <> coalesce(d.milli, 0)
UNION ALL
SELECT format('transfer %s', c.transfer), format('creator %s owes %s US cents under policy %s for %s milli-diamonds', c.creator, c.minor, c.policy, c.milli)
FROM claim c WHERE c.minor <> CASE WHEN mod(2 * c.worth, 20000000) = 10000000 THEN 2 * div(div(c.worth, 10000000) + 1, 2) ELSE round(c.worth / 10000000) END
UNION ALL
SELECT format('transfer %s', c.transfer), format('creator %s owes %s milli-diamonds, %s US cents; %s, %s are set off, undone: %s', c.creator, c.milli, c.minor,
    coalesce(g.milli, 0), coalesce(g.minor, 0), u.transfer IS NOT NULL)
FROM claim c LEFT JOIN gone g ON (g.claim, g.creator, g.claim_policy) = (c.transfer, c.creator, c.policy)
LEFT JOIN ledger.receivable u ON (u.undoes, u.creator, u.policy) = (c.transfer, c.creator, c.policy)
WHERE (u.transfer IS NOT NULL AND (u.milli, u.minor, coalesce(g.milli, 0), coalesce(g.minor, 0)) <> (-c.milli, -c.minor, 0, 0))
    OR (u.transfer IS NULL AND EXISTS (SELECT FROM ledger.taking k WHERE k.undoes = c.transfer))
    OR coalesce(g.milli, 0) NOT BETWEEN 0 AND c.milli OR coalesce(g.minor, 0) <> div(c.minor::numeric * coalesce(g.milli, 0), c.milli)
UNION ALL
SELECT format('transfer %s', u.transfer), format('undoes what creator %s owes since transfer %s, and not that taking', u.creator, u.undoes)
FROM ledger.receivable u WHERE u.undoes IS NOT NULL AND NOT EXISTS (SELECT FROM ledger.taking k WHERE (k.transfer, k.undoes) = (u.transfer, u.undoes))
UNION ALL
SELECT format('transfer %s', coalesce(s.transfer, e.transfer)), format('enters %s US cents and %s milli-diamonds of creator %s, its rows say %s and %s', coalesce(e.minor, 0),
    coalesce(e.milli, 0), coalesce(s.creator, e.creator), coalesce(s.minor, 0), coalesce(s.milli, 0))
FROM said s FULL JOIN entered e ON (e.transfer, e.creator) = (s.transfer, s.creator)
WHERE (coalesce(e.minor, 0), coalesce(e.milli, 0)) <> (coalesce(s.minor, 0), coalesce(s.milli, 0))
UNION ALL
SELECT format('transfer %s', coalesce(l.transfer, s.transfer)), format('enters %s US cents of diamonds that were set off, its rows say %s', l.worth, s.worth)
FROM lone l FULL JOIN (SELECT transfer, sum(worth_minor) AS worth FROM ledger.setoff GROUP BY transfer) s ON s.transfer = l.transfer
WHERE l.worth IS DISTINCT FROM s.worth
LIMIT 1000
