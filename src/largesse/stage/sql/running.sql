-- LIVEs that run, and those that ended a moment ago. ended_s: seconds
SELECT * FROM stage.stage WHERE status = 'live' AND kind = 'live'
UNION ALL
SELECT * FROM stage.stage WHERE status = 'ended' AND kind = 'live' AND ended_at > now() - make_interval(secs => %(ended_s)s)
