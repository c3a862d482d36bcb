-- Lets a LIVE's creator publish; again changes nothing. stage, id, creator
INSERT INTO media.stream (stage, id, live, creator) VALUES (%(stage)s, %(id)s, %(id)s, %(creator)s)
ON CONFLICT (id) DO UPDATE SET open = true
