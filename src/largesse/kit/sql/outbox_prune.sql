-- Removes old news among the oldest rows. topics: text[]; before: time; limit: rows looked at
DELETE FROM kit.outbox o USING (SELECT p.id FROM kit.outbox p ORDER BY p.id LIMIT %(limit)s) oldest
WHERE o.id = oldest.id AND o.at < %(before)s AND o.topic = ANY (%(topics)s::text[])
