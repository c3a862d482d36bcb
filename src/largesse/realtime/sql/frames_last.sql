-- The newest frames of a room, newest first. stage; limit: frames
SELECT f.body FROM realtime.frame f WHERE f.stage = %(stage)s ORDER BY f.seq DESC LIMIT %(limit)s
