-- Note a payout and the earnings that it reserves; one_open_payout refuses a second one that is undecided.
-- payout: its transfer, creator, milli, gross_minor: US cents, days: date[], policies, stripes: smallint[], millis: bigint[] (of equal length)
WITH made AS (
    INSERT INTO ledger.payout (transfer, creator, milli, gross_minor) VALUES (%(payout)s, %(creator)s, %(milli)s, %(gross_minor)s) RETURNING transfer
)
INSERT INTO ledger.payout_part (payout, day, policy, stripe, milli)
SELECT made.transfer, u.day, u.policy, u.stripe, u.milli
FROM made, unnest(%(days)s::date[], %(policies)s::smallint[], %(stripes)s::smallint[], %(millis)s::bigint[]) AS u (day, policy, stripe, milli)
