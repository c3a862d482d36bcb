-- What does not agree in a report, in its order, behind a number. id; open: only what nobody has resolved; after; limit
SELECT n, status, kind, ref, place, purchase, theirs_minor, theirs_currency, ours_minor, ours_currency, theirs_units, ours_units,
    resolved_by, resolved_at, note
FROM payments.reconciliation_line
WHERE reconciliation = %(id)s AND n > %(after)s AND (NOT %(open)s OR resolved_at IS NULL) ORDER BY n LIMIT %(limit)s
