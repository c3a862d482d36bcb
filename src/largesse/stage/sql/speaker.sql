-- What an account may do in a room that wants to speak there, and its creator's rules. stage, creator, account
SELECT
    coalesce(b.banned, false) AS banned, coalesce(b.muted, false) AS muted,
    %(account)s = %(creator)s OR EXISTS (
        SELECT FROM stage.moderator m WHERE m.creator = %(creator)s AND m.account = %(account)s) AS moderates,
    coalesce(r.followers_only, false) AND EXISTS (
        SELECT FROM accounts.follow f WHERE f.follower = %(account)s AND f.followed = %(creator)s) AS follows,
    CASE WHEN r.slow_s > 0 THEN coalesce((
        SELECT ceil(greatest(0, r.slow_s - extract(epoch FROM clock_timestamp() - max(c.at))))::int
        FROM stage.comment c WHERE c.stage = %(stage)s AND c.sender = %(account)s), 0) ELSE 0 END AS waits_s,
    coalesce(r.slow_s, 0) AS slow_s, coalesce(r.emoji_only, false) AS emoji_only,
    coalesce(r.followers_only, false) AS followers_only, coalesce(r.words, '{}') AS words
FROM (
    SELECT bool_or(kind = 'ban') AS banned, bool_or(kind = 'mute') AS muted
    FROM stage.ban WHERE stage = %(stage)s AND account = %(account)s AND ("until" IS NULL OR "until" > now())
) b
LEFT JOIN stage.rule r ON r.creator = %(creator)s
