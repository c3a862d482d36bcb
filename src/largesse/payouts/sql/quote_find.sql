-- A quote, and whether a payout used it. id
SELECT q.*, EXISTS (SELECT FROM payouts.payout p WHERE p.quote = q.id) AS used FROM payouts.quote q WHERE q.id = %(id)s
