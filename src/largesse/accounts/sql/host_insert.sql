-- Makes a host platform. id: uuid; name: text; now: time. host_id_key and host_name refuse what is taken.
INSERT INTO accounts.host (id, name, created_at) VALUES (%(id)s, %(name)s, %(now)s) RETURNING key, id, name, created_at
