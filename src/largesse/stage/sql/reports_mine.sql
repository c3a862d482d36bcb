-- What somebody reported, the newest first, behind an id. reporter; before: uuid or null; limit
SELECT r.id, r.kind, r.about, b.reason, b.text, r.status, b.at
FROM stage.report_by b JOIN stage.report r ON r.id = b.report
WHERE b.reporter = %(reporter)s AND (%(before)s::uuid IS NULL OR r.id < %(before)s::uuid)
ORDER BY r.id DESC LIMIT %(limit)s
