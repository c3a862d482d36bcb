-- The callers of these bearers, where they are valid, and notes at most once a minute that they were seen.
-- hashes: bytea[]; now: time.
WITH seen AS (
    UPDATE accounts.bearer SET seen_at = %(now)s WHERE key IN (
        SELECT key FROM accounts.bearer
        WHERE hash = ANY (%(hashes)s) AND revoked_at IS NULL AND seen_at < %(now)s::timestamptz - interval '1 minute'
        ORDER BY key FOR NO KEY UPDATE SKIP LOCKED)
)
SELECT b.hash, b.key AS bearer, b.kind, b.scopes, b.host, b.expires_at, a.key AS account, a.id, a.username, a.display_name,
    a.country, a.adult_from, a.creator_since IS NOT NULL AS creator, a.roles,
    CASE WHEN a.badge_hidden THEN 0
        ELSE width_bucket(coalesce(g.coins, 0), (SELECT coins_min FROM accounts.badge_rule_in_force)) END AS badge
FROM accounts.bearer b JOIN accounts.account a ON a.key = b.account LEFT JOIN accounts.gifter g ON g.account = a.key
WHERE b.hash = ANY (%(hashes)s) AND b.revoked_at IS NULL AND (b.expires_at IS NULL OR b.expires_at > %(now)s)
    AND (b.kind <> 'api_key' OR b.approved_at IS NOT NULL) AND a.erased_at IS NULL
