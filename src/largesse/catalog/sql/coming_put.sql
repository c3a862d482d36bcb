-- Enters a book that was approved; it begins now at the earliest. id: its proposal's; region; channel; content: JSON text;
-- effective_at: time, NULL for now
INSERT INTO catalog.coming_book (id, region, channel, content, effective_at)
VALUES (%(id)s, %(region)s, %(channel)s, %(content)s::jsonb, greatest(%(effective_at)s::timestamptz, now()))
