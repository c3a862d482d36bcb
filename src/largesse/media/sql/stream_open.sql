-- Lets a LIVE's creator publish; again changes nothing. stage, id, creator
INSERT INTO media.stream (stage, id, creator) VALUES (%(stage)s, %(id)s, %(creator)s)
ON CONFLICT (stage) DO UPDATE SET open = true
