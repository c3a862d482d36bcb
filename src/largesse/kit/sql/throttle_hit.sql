-- Counts one attempt and gives how many count now (n) and the seconds until this window ends (left_s), on the database's
-- clock. key: text; window_s: seconds, at most 86400.
WITH w AS (
    SELECT date_bin(make_interval(secs => %(window_s)s), now(), 'epoch') AS bucket_at, make_interval(secs => %(window_s)s) AS size
), counted AS (
    INSERT INTO kit.throttle (key, bucket_at, n) SELECT %(key)s, w.bucket_at, 1 FROM w
    ON CONFLICT (key, bucket_at) DO UPDATE SET n = kit.throttle.n + 1
    RETURNING n, bucket_at
)
SELECT (c.n + floor(coalesce(p.n, 0) * (1 - extract(epoch FROM now() - w.bucket_at) / extract(epoch FROM w.size))))::integer AS n,
    ceil(extract(epoch FROM w.bucket_at + w.size - now()))::integer AS left_s
FROM w CROSS JOIN counted c LEFT JOIN kit.throttle p ON p.key = %(key)s AND p.bucket_at = w.bucket_at - w.size
