-- Closes every invitation from and to a LIVE that has ended. stage
UPDATE stage.match m SET status = CASE WHEN s.inviting THEN 'withdrawn' ELSE 'declined' END
FROM stage.match_side s WHERE s.match = m.key AND s.stage = %(stage)s AND m.status = 'invited' RETURNING m.key
