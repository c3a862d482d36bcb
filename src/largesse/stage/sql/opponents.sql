-- Running LIVEs that a creator may invite: not their own, none that plays or is not for everybody; those whom they follow first, then the newest.
-- creator: account; limit
SELECT t.* FROM stage.stage t
WHERE t.status = 'live' AND t.kind = 'live' AND t.visibility = 'public' AND t.creator <> %(creator)s
    AND NOT EXISTS (SELECT FROM stage.match_side s WHERE s.stage = t.key AND s.running)
ORDER BY EXISTS (SELECT FROM accounts.follow f WHERE f.follower = %(creator)s AND f.followed = t.creator) DESC, t.started_at DESC, t.key DESC
LIMIT %(limit)s
