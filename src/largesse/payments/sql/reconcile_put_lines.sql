-- Put down what does not agree, numbered from 1. id; body: JSON of the lines
INSERT INTO payments.reconciliation_line (reconciliation, n, status, kind, ref, place, purchase, theirs_minor, theirs_currency, ours_minor, ours_currency,
    theirs_units, ours_units)
SELECT %(id)s, row_number() OVER (), l.status, l.kind, l.ref, l.place, l.purchase, l.theirs_minor, l.theirs_currency, l.ours_minor, l.ours_currency,
    l.theirs_units, l.ours_units
FROM jsonb_to_recordset(%(body)s::jsonb) AS l (status text, kind text, ref text, place integer, purchase uuid, theirs_minor bigint, theirs_currency text,
    ours_minor bigint, ours_currency text, theirs_units bigint, ours_units bigint)
