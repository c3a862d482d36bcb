-- What is kept of what somebody published: for their export. account
SELECT live, replay_s, lost_at FROM media.stream
WHERE creator = %(account)s AND guest IS NULL AND replay_s > 0 AND drop_because IS NULL ORDER BY stage
