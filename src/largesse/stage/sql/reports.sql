-- Reports of a status behind an id, oldest first, with what they are about. status; after: uuid; limit
SELECT r.id, r.kind, r.about, r.account, r.stage, r.status, r.opened_at, r.decided_at, r.decided_by, r.decision, r.note,
    s.id AS stage_id, s.kind AS stage_kind, s.title AS stage_title, s.status AS stage_status, s.creator AS stage_creator,
    c.text AS said, c.hidden_by IS NOT NULL AS hidden,
    (SELECT count(*) FROM stage.report_by b WHERE b.report = r.id) AS times
FROM stage.report r
LEFT JOIN stage.stage s ON s.key = r.stage
LEFT JOIN stage.comment c ON r.kind = 'comment' AND c.id = r.about
WHERE r.status = %(status)s AND r.id > %(after)s ORDER BY r.id LIMIT %(limit)s
