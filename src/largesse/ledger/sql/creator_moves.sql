-- What moved a creator's diamonds apart from gifts, oldest first: payouts asked for, arrived (0 milli), let go and returned, what was granted, parts of
-- gifts reversed or given back, and what was set off of what they owe or came back of it, summed by transfer. creator, stages: int[] (all on which they got gifts)
SELECT t.recorded_at AS at, t.kind, o.source, m.milli, m.gross_minor, m.fee_minor, m.sent_minor, m.sent_currency
FROM (
    SELECT transfer, transfer AS payout, -milli AS milli, gross_minor, NULL::bigint AS fee_minor, NULL::bigint AS sent_minor, NULL::text AS sent_currency
    FROM ledger.payout WHERE creator = %(creator)s
    UNION ALL SELECT paid, transfer, 0, gross_minor, fee_minor, sent_minor, sent_currency
    FROM ledger.payout WHERE creator = %(creator)s AND paid IS NOT NULL
    UNION ALL SELECT let_go, transfer, milli, gross_minor, NULL, NULL, NULL FROM ledger.payout WHERE creator = %(creator)s AND let_go IS NOT NULL
    UNION ALL SELECT returned, transfer, milli, gross_minor, NULL, NULL, NULL FROM ledger.payout WHERE creator = %(creator)s AND returned IS NOT NULL
    UNION ALL SELECT transfer, transfer, milli, minor, NULL, NULL, NULL FROM ledger.diamond_grant WHERE creator = %(creator)s
    UNION ALL SELECT transfer, NULL, -sum(milli)::bigint, NULL, NULL, NULL, NULL
    FROM ledger.gift_part WHERE stage = ANY (%(stages)s::int[]) AND receiver = %(creator)s GROUP BY transfer
    UNION ALL SELECT transfer, NULL, -sum(milli)::bigint, NULL, NULL, NULL, NULL FROM ledger.setoff WHERE creator = %(creator)s GROUP BY transfer
) m
JOIN ledger.transfer t ON t.key = m.transfer
LEFT JOIN ledger.transfer o ON o.key = m.payout
ORDER BY t.recorded_at, t.key
