-- How much somebody was told and has not seen; no more than this many are counted. account; most
SELECT count(*) FROM (SELECT FROM stage.notification WHERE account = %(account)s AND seen_at IS NULL LIMIT %(most)s) n
