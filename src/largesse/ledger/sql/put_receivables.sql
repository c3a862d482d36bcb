-- Note what creators owe since a taking. transfer; creators: int[]; policies: smallint[]; millis, minors: bigint[] (of equal length)
INSERT INTO ledger.receivable (transfer, creator, policy, milli, minor)
SELECT %(transfer)s, u.creator, u.policy, u.milli, u.minor
FROM unnest(%(creators)s::int[], %(policies)s::smallint[], %(millis)s::bigint[], %(minors)s::bigint[]) AS u (creator, policy, milli, minor)
