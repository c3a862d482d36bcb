-- Note what was set off of which receivables out of which earnings. transfer; creators: int[], claims: bigint[], claim_policies: smallint[],
-- days: date[], policies, stripes: smallint[], millis, minors, worths: bigint[] (of equal length)
INSERT INTO ledger.setoff (transfer, creator, claim, claim_policy, day, policy, stripe, milli, minor, worth_minor)
SELECT %(transfer)s, u.creator, u.claim, u.claim_policy, u.day, u.policy, u.stripe, u.milli, u.minor, u.worth
FROM unnest(%(creators)s::int[], %(claims)s::bigint[], %(claim_policies)s::smallint[], %(days)s::date[], %(policies)s::smallint[],
    %(stripes)s::smallint[], %(millis)s::bigint[], %(minors)s::bigint[], %(worths)s::bigint[])
    AS u (creator, claim, claim_policy, day, policy, stripe, milli, minor, worth)
