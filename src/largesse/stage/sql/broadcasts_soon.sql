-- LIVEs that begin soon are to be told of, each time of theirs once. soon_s: seconds before; limit
INSERT INTO stage.broadcast (stage, kind, scheduled_at)
SELECT key, 'soon', scheduled_at FROM stage.stage t
WHERE status = 'scheduled' AND scheduled_at > now() AND scheduled_at <= now() + make_interval(secs => %(soon_s)s)
    AND NOT EXISTS (SELECT FROM stage.broadcast b WHERE b.stage = t.key AND b.kind = 'soon' AND b.scheduled_at = t.scheduled_at)
ORDER BY scheduled_at LIMIT %(limit)s
ON CONFLICT (stage, scheduled_at) WHERE kind = 'soon' DO NOTHING
