-- What was said in some reports, the oldest twenty of each. reports: uuid[]
SELECT b.report, b.reporter, b.reason, b.text, b.at
FROM unnest(%(reports)s::uuid[]) each (id)
CROSS JOIN LATERAL (SELECT * FROM stage.report_by WHERE report = each.id ORDER BY at, reporter LIMIT 20) b
