-- Takes the next letters for some time, longest due first, each by one worker; whom and what they are about. `stands`: it is still what
-- its reader was told last, is true, is wished for, and there is a proved address. hold_s; limit
WITH next AS (
    SELECT account, broadcast FROM stage.letter WHERE due_at <= now() ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE stage.letter l SET due_at = now() + make_interval(secs => %(hold_s)s), tries = l.tries + 1 FROM next n
    WHERE l.account = n.account AND l.broadcast = n.broadcast RETURNING l.account, l.broadcast, l.why, l.tries
)
SELECT l.account, l.broadcast, l.tries, b.kind, a.id AS account_id, a.email, a.display_name, a.language, c.display_name AS creator,
    s.id AS live, s.title, s.scheduled_at,
    (n.account IS NOT NULL AND a.email IS NOT NULL AND a.email_verified_at IS NOT NULL
        AND CASE b.kind WHEN 'started' THEN s.status = 'live' WHEN 'cancelled' THEN s.status = 'scheduled' AND s.scheduled_at IS NULL
            ELSE s.status = 'scheduled' AND s.scheduled_at IS NOT NULL END
        AND CASE l.why WHEN 'reminders' THEN coalesce(w.reminders, true) WHEN 'announced' THEN w.announced WHEN 'soon' THEN w.soon
            ELSE w.started END) IS TRUE AS stands
FROM taken l JOIN stage.broadcast b ON b.key = l.broadcast JOIN stage.stage s ON s.key = b.stage
JOIN accounts.account a ON a.key = l.account JOIN accounts.account c ON c.key = s.creator
LEFT JOIN stage.notification n ON n.account = l.account AND n.stage = b.stage AND n.broadcast = l.broadcast
LEFT JOIN stage.mail_wish w ON w.account = l.account
