-- Empty papers that are kept long enough: a draft a week, a rejected one 30 days, a replaced one `keep_days`. Returns how many. keep_days; limit
WITH old AS (
    SELECT id FROM payouts.paper WHERE sealed IS NOT NULL AND (
        status = 'draft' AND made_at < now() - interval '7 days'
        OR status = 'rejected' AND decided_at < now() - interval '30 days'
        OR status = 'replaced' AND decided_at < now() - make_interval(days => %(keep_days)s))
    ORDER BY made_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), emptied AS (
    UPDATE payouts.paper p SET sealed = NULL, status = CASE p.status WHEN 'draft' THEN 'withdrawn' ELSE p.status END
    FROM old WHERE p.id = old.id RETURNING p.id
), gone AS (
    DELETE FROM payouts.paper_file f USING emptied WHERE f.paper = emptied.id
)
SELECT count(*) FROM emptied
