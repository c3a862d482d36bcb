-- Removes sessions, links and codes that ended before a moment, at most `rows` of each, and gives how many. before: time;
-- rows: count.
WITH sessions AS (
    DELETE FROM accounts.bearer WHERE key IN (
        SELECT key FROM accounts.bearer WHERE kind = 'session' AND expires_at < %(before)s
        ORDER BY expires_at LIMIT %(rows)s FOR UPDATE SKIP LOCKED)
    RETURNING 1
), links AS (
    DELETE FROM accounts.link WHERE hash IN (
        SELECT hash FROM accounts.link WHERE expires_at < %(before)s ORDER BY expires_at LIMIT %(rows)s FOR UPDATE SKIP LOCKED)
    RETURNING 1
), codes AS (
    DELETE FROM accounts.host_code WHERE hash IN (
        SELECT hash FROM accounts.host_code WHERE expires_at < %(before)s ORDER BY expires_at LIMIT %(rows)s FOR UPDATE SKIP LOCKED)
    RETURNING 1
)
SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM links) + (SELECT count(*) FROM codes)
