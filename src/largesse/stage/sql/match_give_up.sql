-- A LIVE gives up the match that it plays: it ends now, and the other LIVE has won. Nothing where none runs, or its time is over.
-- stage
UPDATE stage.match m SET given_up_by = %(stage)s, ends_at = greatest(now(), m.started_at)
WHERE m.key = (SELECT s.match FROM stage.match_side s WHERE s.stage = %(stage)s AND s.running)
    AND m.status = 'running' AND m.given_up_by IS NULL AND m.ends_at > now() RETURNING m.key
