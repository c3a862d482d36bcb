-- Makes a stage that has not begun; nothing where the id is taken.
-- id: uuid; kind; creator: account; title, description, cover: text; gifts_enabled; scheduled_at: time or null; simulated;
-- visibility
INSERT INTO stage.stage (id, kind, creator, title, description, cover, status, gifts_enabled, scheduled_at, simulated,
    visibility)
VALUES (%(id)s, %(kind)s, %(creator)s, %(title)s, %(description)s, %(cover)s, 'scheduled', %(gifts_enabled)s, %(scheduled_at)s,
    %(simulated)s, %(visibility)s)
ON CONFLICT (id) DO NOTHING
RETURNING *
