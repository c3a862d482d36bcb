-- Forgets frames that are too old for catch-up. keep_s: seconds
DELETE FROM realtime.frame WHERE at < now() - make_interval(secs => %(keep_s)s)
