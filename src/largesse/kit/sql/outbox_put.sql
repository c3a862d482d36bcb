-- Writes news of this transaction. topics: text[], subjects: bigint[], bodies: text[] of JSON (three of equal length)
INSERT INTO kit.outbox (epoch, topic, subject, body)
SELECT coalesce((SELECT w.epoch FROM kit.world w), 1), r.topic, r.subject, r.body::jsonb
FROM unnest(%(topics)s::text[], %(subjects)s::bigint[], %(bodies)s::text[]) WITH ORDINALITY AS r (topic, subject, body, n)
ORDER BY r.n
