-- The last transfer of a kind and cause, whose second and later ones have their number behind it. kind; source
SELECT max(key) FROM ledger.transfer
WHERE kind = %(kind)s AND source IN (SELECT %(source)s UNION ALL SELECT %(source)s || '#' || n FROM generate_series(2, 99) n)
