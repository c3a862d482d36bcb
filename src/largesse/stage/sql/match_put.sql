-- Makes an invitation; nothing where its id is taken. id: uuid; seconds; open_s: how long it stands
INSERT INTO stage.match (id, seconds, expires_at) VALUES (%(id)s, %(seconds)s, now() + make_interval(secs => %(open_s)s))
ON CONFLICT (id) DO NOTHING RETURNING key
