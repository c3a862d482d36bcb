-- What an account may do in a room that wants to speak there, and its creator's rules. stage, creator, account
SELECT
    coalesce(b.banned, false) OR EXISTS (
        SELECT FROM safety.block k WHERE k.account = %(creator)s AND k.blocked = %(account)s) AS banned,
    coalesce(b.muted, false) AS muted, b.banned_until, b.muted_until,
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
    SELECT bool_or(kind = 'ban') AS banned, bool_or(kind = 'mute') AS muted,
        max("until") FILTER (WHERE kind = 'ban') AS banned_until, max("until") FILTER (WHERE kind = 'mute') AS muted_until
    FROM stage.ban WHERE stage = %(stage)s AND account = %(account)s AND ("until" IS NULL OR "until" > now())
) b
LEFT JOIN stage.rule r ON r.creator = %(creator)s
