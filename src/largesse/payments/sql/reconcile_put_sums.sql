-- Put down what a report moves in all, and what the books moved. id; body: JSON of the sums
INSERT INTO payments.reconciliation_sum (reconciliation, currency, theirs_minor, ours_minor, opening_minor, closing_minor)
SELECT %(id)s, s.currency, s.theirs_minor, s.ours_minor, s.opening_minor, s.closing_minor
FROM jsonb_to_recordset(%(body)s::jsonb) AS s (currency text, theirs_minor bigint, ours_minor bigint, opening_minor bigint, closing_minor bigint)
