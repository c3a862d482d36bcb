-- Matches of a LIVE before a key, newest first: those that run or ran, and invitations that still stand. stage; before: key; limit
SELECT m.* FROM stage.shown_match m
WHERE m.key IN (SELECT s.match FROM stage.match_side s WHERE s.stage = %(stage)s AND s.match < %(before)s)
    AND (m.started_at IS NOT NULL OR (m.status = 'invited' AND m.expires_at > now()))
ORDER BY m.key DESC LIMIT %(limit)s
