-- Note a grant of diamonds, and credit its creator, who is locked: as an earning of the day of its record, on stripe 64.
-- transfer, creator, policy: key, milli, minor: US cents
WITH made AS (
    INSERT INTO ledger.diamond_grant (transfer, creator, day, policy, milli, minor)
    SELECT t.key, %(creator)s, (t.recorded_at AT TIME ZONE 'UTC')::date, %(policy)s, %(milli)s, %(minor)s
    FROM ledger.transfer t WHERE t.key = %(transfer)s RETURNING creator, day, policy, milli
)
INSERT INTO ledger.earning AS e (creator, day, policy, stripe, milli_in) SELECT creator, day, policy, 64, milli FROM made
ON CONFLICT (creator, day, policy, stripe) DO UPDATE SET milli_in = e.milli_in + excluded.milli_in
