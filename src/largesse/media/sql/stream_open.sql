-- Lets a LIVE's creator publish; again changes nothing. stage, id, creator, private
INSERT INTO media.stream (stage, id, live, creator, private)
VALUES (%(stage)s, %(id)s, %(id)s, %(creator)s, %(private)s)
ON CONFLICT (id) DO UPDATE SET open = true
