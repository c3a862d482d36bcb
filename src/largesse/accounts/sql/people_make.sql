-- Makes simulated people, with their terms accepted, and gives all keys by username; those that exist already and are
-- simulated are given as they are. ids: uuid[]; usernames, display_names, countries: text[]; birth_dates, adult_froms: date[];
-- creators: boolean[]; now: time.
WITH made AS (
    INSERT INTO accounts.account (id, username, display_name, birth_date, country, adult_from, creator_since, simulated, created_at)
    SELECT p.id, p.username, p.display_name, p.birth_date, p.country, p.adult_from,
        CASE WHEN p.creator THEN %(now)s::timestamptz END, true, %(now)s
    FROM unnest(%(ids)s::uuid[], %(usernames)s::text[], %(display_names)s::text[], %(birth_dates)s::date[], %(countries)s::text[],
        %(adult_froms)s::date[], %(creators)s::boolean[])
        AS p (id, username, display_name, birth_date, country, adult_from, creator)
    ON CONFLICT (username) DO NOTHING
    RETURNING key, username, creator_since
), accepted AS (
    INSERT INTO accounts.acceptance (account, document, version, accepted_at)
    SELECT m.key, t.document, t.version, %(now)s
    FROM made m CROSS JOIN (
        SELECT document, max(version) AS version FROM accounts.terms WHERE effective_at <= %(now)s GROUP BY document) t
    WHERE t.document <> 'creator' OR m.creator_since IS NOT NULL
)
SELECT username, key FROM made
UNION ALL
SELECT username, key FROM accounts.account WHERE username = ANY (%(usernames)s) AND simulated
