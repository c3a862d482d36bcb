-- A paper with its pictures' names. id
SELECT p.id, p.creator, p.subject, p.kind, p.country, p.status, p.valid_until, p.made_at, p.submitted_at, p.decided_at, p.decided_by, p.reason,
    p.sealed IS NOT NULL AS is_kept,
    coalesce((SELECT jsonb_agg(jsonb_build_object('side', f.side, 'media', f.media, 'size_bytes', f.size_bytes, 'made_at', f.made_at) ORDER BY f.side)
        FROM payouts.paper_file f WHERE f.paper = p.id), '[]') AS files
FROM payouts.paper p WHERE p.id = %(id)s
