-- The parts of gifts of a transfer, summed by creator's earning and dispute, with what a diamond of each is worth. transfer
SELECT p.receiver AS creator, p.day, p.policy, (p.batch & 63)::smallint AS stripe, p.dispute, sum(p.coins)::bigint AS coins,
    sum(p.milli)::bigint AS milli, v.diamond_value_micros AS micros
FROM ledger.gift_part p JOIN policy.version v ON v.key = p.policy
WHERE p.transfer = %(transfer)s GROUP BY p.receiver, p.day, p.policy, p.batch & 63, p.dispute, v.diamond_value_micros
ORDER BY p.receiver, p.day, p.policy, p.batch & 63, p.dispute
