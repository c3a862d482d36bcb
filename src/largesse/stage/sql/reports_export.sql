-- What somebody reported, as JSON. account
SELECT coalesce(jsonb_agg(jsonb_build_object('about', r.kind || ':' || r.about, 'reason', b.reason, 'text', b.text, 'status', r.status,
    'at', b.at) ORDER BY b.at), '[]')::text
FROM stage.report_by b JOIN stage.report r ON r.id = b.report WHERE b.reporter = %(account)s
