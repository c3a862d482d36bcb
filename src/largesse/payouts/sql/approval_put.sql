-- Note that somebody said yes to a payout; how many have, no row where they had before. payout; by: account
WITH made AS (
    INSERT INTO payouts.approval (payout, approved_by) VALUES (%(payout)s, %(by)s) ON CONFLICT DO NOTHING RETURNING payout
)
SELECT 1 + (SELECT count(*) FROM payouts.approval a WHERE a.payout = made.payout) FROM made
