-- Begin a batch, where no other one is open and none ended just now. kind; open_s: seconds of silence after which one that is open is taken
-- for dead; pause_s: seconds after one that went well; stopped_s: seconds after one that did not
INSERT INTO payouts.batch (kind, began_at)
SELECT %(kind)s, now() WHERE NOT EXISTS (SELECT FROM payouts.batch
    WHERE ended_at IS NULL AND coalesce(beat_at, began_at) > now() - make_interval(secs => %(open_s)s)
        OR ended_at > now() - make_interval(secs => CASE WHEN findings_before = 0 AND findings_after = 0 THEN %(pause_s)s::int ELSE %(stopped_s)s::int END))
RETURNING key
